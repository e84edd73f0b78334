"""From trials to a verdict: figures with intervals, thresholds, and Holm's correction over the whole suite.

A figure passes on the bad end of its interval: too few trials fail. Each kind of trial says which figure it gives:

- :class:`Guesses`: residual (attack - control) / (1 - control), the control being the same attacker without the target's
  data, on the same trials. Interval: multinomial over the four outcomes, half a trial added to each (Agresti and Min 2005,
  "Simple improved confidence intervals for comparing matched proportions").
- :class:`Hits`: a plain share. Interval: Clopper and Pearson. Or, where none may be, their number.
- :class:`Scores`: of targets that are there and targets that are not: AUC with the interval of DeLong (1988), and the
  true positive rate at 1 % false positives, less that 1 %, with a bootstrap.
  Also the advantage: the largest difference between the true and the false positive rate of any limit.
- :class:`Errors`: the ratio of two root mean squares over the same trials, with a bootstrap.
- :class:`Widths`: the narrowest of intervals. :class:`Distances`: the p-value of a two-sample Kolmogorov-Smirnov test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVEL = 0.95
FALSE_POSITIVES = 0.01
_DRAWS = 1000
_SEED = 20_260_701


@dataclass(frozen=True, slots=True)
class Trials:
    """Observations of one attack. Every field is an array, so that the trials of several seeds can be joined."""

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return all trials together."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))


@dataclass(frozen=True, slots=True)
class Guesses(Trials):
    """Whether the attacker was right, and whether it was right without the target's data; booleans, shape (n,)."""

    attack: Flags
    control: Flags


@dataclass(frozen=True, slots=True)
class Hits(Trials):
    """Whether the attacker was right, (n,), where what is compared with is known: `prior` (n,), its chance by guessing."""

    attack: Flags
    prior: Floats


@dataclass(frozen=True, slots=True)
class Scores(Trials):
    """How sure the attacker was, of targets that are there (n,) and of targets that are not (m,)."""

    positive: Floats
    negative: Floats


@dataclass(frozen=True, slots=True)
class Errors(Trials):
    """Errors of the attacker and of who has a single release, (n,), on one scale."""

    attack: Floats
    control: Floats


@dataclass(frozen=True, slots=True)
class Widths(Trials):
    """Half-widths of the intervals that the attacker can prove, as shares of the value, (n,)."""

    half: Floats


@dataclass(frozen=True, slots=True)
class Distances(Trials):
    """One observable in two situations that must look the same, (n,) and (m,)."""

    one: Floats
    other: Floats


@dataclass(frozen=True, slots=True)
class Claim:
    """What is promised of one figure. `measure` is one of :data:`MEASURES`; `note` says what the figure is, in words."""

    attack: str
    measure: str
    threshold: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One row of the report.

    `low` and `high` are the ends of the 95 % interval; `p_value` is that of "the promise is broken", corrected over the
    suite by :func:`corrected`; `naive` the figure of the same attack on the naive pipeline, None where it has none.
    """

    attack: str
    measure: str
    churn: str
    profile: str
    figure: float
    low: float
    high: float
    threshold: float
    passed: bool
    p_value: float
    trials: int
    note: str
    naive: float | None = None


@dataclass(frozen=True, slots=True)
class _Estimate:
    figure: float
    low: float
    high: float
    trials: int
    p_value: float


def judge(claim: Claim, trials: Trials, *, churn: str, profile: str) -> Verdict:
    """Return the verdict on a claim, alone; :func:`corrected` looks at all of them together.

    Raises:
        KeyError: there is no such measure.
    """
    measure = MEASURES[claim.measure]
    estimate: _Estimate = measure.estimate(trials, claim.threshold)
    bad = estimate.high if measure.at_most else estimate.low
    passed = bad <= claim.threshold if measure.at_most else bad >= claim.threshold
    return Verdict(
        attack=claim.attack,
        measure=claim.measure,
        churn=churn,
        profile=profile,
        figure=round(float(estimate.figure), 4),
        low=round(float(estimate.low), 4),
        high=round(float(estimate.high), 4),
        threshold=claim.threshold,
        passed=bool(passed),
        p_value=float(estimate.p_value),
        trials=estimate.trials,
        note=claim.note,
    )


def corrected(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts with Holm's correction: all promises hold together with 95 % certainty, or some fail.

    A row keeps its "passed" only if "the promise is broken" can be refused for it after the correction too.
    """
    order = np.argsort([each.p_value for each in verdicts])
    running, adjusted = 0.0, np.ones(len(verdicts))
    for place, at in enumerate(order):
        running = max(running, min(1.0, verdicts[at].p_value * (len(verdicts) - place)))
        adjusted[at] = running
    return [
        replace(
            each,
            p_value=float(p),
            passed=each.passed and (MEASURES[each.measure].is_exact or float(p) <= 1 - LEVEL),
        )
        for each, p in zip(verdicts, adjusted, strict=True)
    ]


def _normal(figure: float, error: float, threshold: float, *, trials: int) -> _Estimate:
    """Return an estimate by the normal law; `error` is the standard error."""
    reach = stats.norm.ppf((1 + LEVEL) / 2) * error
    p_value = float(stats.norm.sf((threshold - figure) / error)) if error > 0 else float(figure > threshold)
    return _Estimate(figure, figure - reach, figure + reach, trials, p_value)


def residual(trials: Guesses, threshold: float) -> _Estimate:
    """Return (attack - control) / (1 - control)."""
    pairs = np.bincount(2 * trials.attack + trials.control, minlength=4).astype(np.float64)
    count = int(pairs.sum())
    shares = (pairs + 0.5) / (count + 2)
    drawn = np.random.default_rng(_SEED).multinomial(count + 2, shares, _DRAWS) / (count + 2)
    figures = _residual(drawn)
    figure = float(_residual(pairs[None, :] / count)[0])
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return replace(
        _normal(figure, float(figures.std()), threshold, trials=count),
        low=min(float(low), figure),
        high=max(float(high), figure),
    )


def _residual(shares: Floats) -> Floats:
    """Return residuals of outcomes in the order neither, control alone, attack alone, both; shape (n, 4)."""
    attack, control = shares[:, 2] + shares[:, 3], shares[:, 1] + shares[:, 3]
    quotient: Floats = (attack - control) / np.maximum(1 - control, 1e-9)
    return quotient


def times_the_prior(trials: Hits, threshold: float) -> _Estimate:
    """Return how many times likelier than by guessing the attacker is right."""
    hits, count, prior = int(trials.attack.sum()), len(trials.attack), float(trials.prior.mean())
    exact = stats.binomtest(hits, count)
    ends = exact.proportion_ci(LEVEL, "exact")
    p_value = stats.binomtest(hits, count, min(1.0, threshold * prior), alternative="less").pvalue
    return _Estimate(hits / count / prior, ends.low / prior, ends.high / prior, count, float(p_value))


def share(trials: Hits, threshold: float) -> _Estimate:
    """Return the share of hits."""
    hits, count = int(trials.attack.sum()), len(trials.attack)
    ends = stats.binomtest(hits, count).proportion_ci(LEVEL, "exact")
    p_value = stats.binomtest(hits, count, threshold, alternative="less").pvalue
    return _Estimate(hits / count, ends.low, ends.high, count, float(p_value))


def violations(trials: Hits, threshold: float) -> _Estimate:
    """Return how many there are: of what must never happen."""
    figure = float(trials.attack.sum())
    return _Estimate(figure, figure, figure, len(trials.attack), float(figure > threshold))


def auc(trials: Scores, threshold: float) -> _Estimate:
    """Return the chance that a target that is there has the higher score, ties counting half."""
    positive, negative = trials.positive, trials.negative
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    count, others = len(positive), len(negative)
    above = (ranks[:count] - stats.rankdata(positive)) / others
    below = 1 - (ranks[count:] - stats.rankdata(negative)) / count
    variance = above.var(ddof=1) / count + below.var(ddof=1) / others
    floor = 1 / (12 * min(count, others) ** 2)  # scores that are all equal would pretend to certainty
    return _normal(float(above.mean()), float(np.sqrt(variance + floor)), threshold, trials=count + others)


def auc_gap(trials: Scores, threshold: float) -> _Estimate:
    """Return the AUC less that of the control, who sees nothing of the target: one half."""
    found = auc(trials, threshold + 0.5)
    return replace(found, figure=found.figure - 0.5, low=found.low - 0.5, high=found.high - 0.5)


def detection(trials: Scores, threshold: float) -> _Estimate:
    """Return the true positive rate at 1 % false positives, as a residual over the control's 1 %."""
    random = np.random.default_rng(_SEED)
    positive, negative = np.sort(trials.positive), np.sort(trials.negative)
    figure = _detected(positive, negative)
    drawn = np.array(
        [_detected(_again(random, positive), _again(random, negative)) for _ in range(_DRAWS // 4)]
    )
    found = _normal(
        figure, float(drawn.std()) + 1 / len(positive), threshold, trials=len(positive) + len(negative)
    )
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return replace(found, low=min(float(low), figure), high=max(float(high), figure))


def advantage(trials: Scores, threshold: float) -> _Estimate:
    """Return the largest true positive rate less false positive rate of any limit on the score.

    The limit is chosen with the answers in sight, so the figure errs upwards: by some 0.03 with a thousand trials a side.
    """
    positive, negative = np.sort(trials.positive), np.sort(trials.negative)
    limits = np.unique(np.concatenate([positive, negative]))
    rates = np.stack([1 - np.searchsorted(each, limits) / len(each) for each in (positive, negative)])
    best = int(np.argmax(rates[0] - rates[1]))
    found, false = rates[:, best]
    variance = found * (1 - found) / len(positive) + false * (1 - false) / len(negative)
    floor = 1 / min(len(positive), len(negative)) ** 2  # rates of 0 and 1 would pretend to certainty
    return _normal(
        float(found - false),
        float(np.sqrt(variance + floor)),
        threshold,
        trials=len(positive) + len(negative),
    )


def _again(random: np.random.Generator, values: Floats) -> Floats:
    chosen: Floats = np.sort(values[random.integers(0, len(values), len(values))])
    return chosen


def _detected(positive: Floats, negative: Floats) -> float:
    """Return the residual of sorted scores. Of scores that tie at the limit, as many count as the rate allows."""
    allowed = FALSE_POSITIVES * len(negative)
    limit = negative[max(0, len(negative) - 1 - int(allowed))]
    over = np.array([len(each) - np.searchsorted(each, limit, "right") for each in (positive, negative)])
    tied = np.array(
        [
            np.searchsorted(each, limit, "right") - np.searchsorted(each, limit)
            for each in (positive, negative)
        ]
    )
    rate = (over[0] + tied[0] * (allowed - over[1]) / max(tied[1], 1)) / len(positive)
    return float((rate - FALSE_POSITIVES) / (1 - FALSE_POSITIVES))


def error_ratio(trials: Errors, threshold: float) -> _Estimate:
    """Return the root mean square error of the attacker over that of who has a single release."""
    random, count = np.random.default_rng(_SEED), len(trials.attack)
    squares = np.column_stack([trials.attack**2, trials.control**2])
    drawn = np.array([_root_ratio(squares[random.integers(0, count, count)]) for _ in range(_DRAWS)])
    error = float(drawn.std())
    found = _normal(_root_ratio(squares), error, threshold, trials=count)
    return replace(found, p_value=1 - found.p_value if error > 0 else float(found.figure < threshold))


def _root_ratio(squares: Floats) -> float:
    mean = squares.mean(axis=0)
    return float(np.sqrt(mean[0] / mean[1])) if mean[1] > 0 else 1.0


def narrowest(trials: Widths, threshold: float) -> _Estimate:
    """Return the narrowest half-width."""
    figure = float(trials.half.min())
    return _Estimate(figure, figure, figure, len(trials.half), float(figure < threshold))


def same_law(trials: Distances, threshold: float) -> _Estimate:
    """Return the p-value of "both situations look the same" (two-sample Kolmogorov-Smirnov)."""
    figure = float(stats.ks_2samp(trials.one, trials.other).pvalue)
    return _Estimate(figure, figure, figure, len(trials.one) + len(trials.other), float(figure <= threshold))


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is made; `at_most` says on which side the promise lies, `is_exact` that it has no interval."""

    estimate: Any
    at_most: bool = True
    is_exact: bool = False


MEASURES = {
    "residual": Measure(residual),
    "times the prior": Measure(times_the_prior),
    "share": Measure(share),
    "violations": Measure(violations, is_exact=True),
    "AUC": Measure(auc),
    "AUC gap": Measure(auc_gap),
    "TPR at 1 % FPR": Measure(detection),
    "advantage": Measure(advantage),
    "error ratio": Measure(error_ratio, at_most=False),
    "narrowest": Measure(narrowest, at_most=False, is_exact=True),
    "KS p": Measure(same_law, at_most=False, is_exact=True),
}
