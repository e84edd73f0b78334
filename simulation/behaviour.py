"""How debtors pay, month by month: manner, stress, shocks by sector, contagion along the supply chain, descents, defaults."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.debtors import MANNERS
from simulation.parameters import Parameters
from simulation.randomness import stream
from simulation.sectors import DEBTOR_SECTORS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

AHEAD = 12
"""Months simulated after the window: a descent of 9 months that begins in its last month has its end in the truth."""
MEMORY = 0.85
"""Stress kept from one month to the next: half of it is gone after four months."""
STRESS_DAYS = 4.5
"""Days beyond terms for one standard deviation of stress."""
DISTRESS_DAYS = 75.0
"""Days added at the bottom of a descent: payments then come two to three months late, as before failures."""
TYPICAL_HAZARD = 2.6
"""Mean of trouble x exp(0.9 stress) over debtors and months, seen in runs: it makes the yearly rate come out as asked."""
NEVER = 10_000
"""Month that lies beyond any window."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The latent truth. Months are counted from the first of the window; columns of the arrays start at the warm-up.

    `stress` (debtors, warmup + months + AHEAD) in standard deviations, `days_late` likewise: expected days beyond terms.
    `default_month` (debtors,) is NEVER for those that live. `descents`: one row a descent with debtor, onset, length,
    recovers, default_month (null if it recovers). `shocks`: sector, month, strength. `chain`: payer, creditor, weight.
    """

    stress: Floats
    days_late: Floats
    distress: Floats
    default_month: Integers
    descents: pl.DataFrame
    shocks: pl.DataFrame
    chain: pl.DataFrame


def make_behaviour(seed: int, parameters: Parameters, debtors: pl.DataFrame) -> Behaviour:
    """Return how each debtor pays in each month, in one pass over the months."""
    chain = _chain(seed, debtors)
    shock, shocks = _shocks(seed, parameters)
    stress, distress, descents, default_month = _months(seed, parameters, debtors, chain, shock)
    random = stream(seed, "behaviour", "days")
    manners = np.array([manner.days for manner in MANNERS])[debtors["manner_index"].to_numpy()]
    own = manners + (2.0 + 0.12 * np.abs(manners)) * random.standard_normal(debtors.height)
    severity = np.exp(0.25 * random.standard_normal(debtors.height))
    strained = np.maximum(stress, -1.0)
    days = own[:, None] + STRESS_DAYS * strained + DISTRESS_DAYS * severity[:, None] * distress
    return Behaviour(
        stress=stress,
        days_late=np.maximum(days, -20.0),
        distress=distress,
        default_month=default_month,
        descents=descents,
        shocks=shocks,
        chain=pl.DataFrame({"payer": chain[0], "creditor": chain[1], "weight": chain[2]}),
    )


def _chain(seed: int, debtors: pl.DataFrame) -> tuple[Integers, Integers, Floats]:
    """Return who owes whom among the debtors: (payer, creditor, weight), weights of a creditor summing to 1.

    Each creditor has 1 to 6 payers, larger ones more likely: a builder's craftsmen hang on the builder.
    """
    random = stream(seed, "behaviour", "chain")
    sizes = debtors["size"].to_numpy()
    payers = random.integers(1, 7, debtors.height)
    creditor = np.repeat(np.arange(debtors.height), payers)
    payer = np.searchsorted(np.cumsum(sizes) / sizes.sum(), random.random(creditor.size))
    weight = random.random(creditor.size) * (payer != creditor)
    total = np.bincount(creditor, weights=weight, minlength=debtors.height)
    return payer, creditor, weight / np.maximum(total, 1e-9)[creditor]


def _shocks(seed: int, parameters: Parameters) -> tuple[Floats, pl.DataFrame]:
    """Return stress added to each sector in each month (sectors, all months), and the shocks behind it."""
    random = stream(seed, "behaviour", "shocks")
    span = parameters.warmup_months + parameters.months + AHEAD
    struck = random.random((len(DEBTOR_SECTORS), span)) < parameters.shock_rate
    fragility = np.array([sector.fragility for sector in DEBTOR_SECTORS])
    strength = struck * random.gamma(4.0, 0.14, struck.shape) * fragility[:, None]
    added = np.zeros_like(strength)
    for lag in range(6):
        added[:, lag:] += strength[:, : span - lag] * 0.7**lag
    sector, month = np.nonzero(struck)
    names = [DEBTOR_SECTORS[index].name for index in sector]
    frame = {"sector": names, "month": month - parameters.warmup_months, "strength": strength[struck]}
    return added, pl.DataFrame(frame, schema={"sector": pl.String, "month": pl.Int64, "strength": pl.Float64})


def _months(
    seed: int,
    parameters: Parameters,
    debtors: pl.DataFrame,
    chain: tuple[Integers, Integers, Floats],
    shock: Floats,
) -> tuple[Floats, Floats, pl.DataFrame, Integers]:
    """Step month by month; return stress, distress, the descents and the month of default of each debtor.

    A descent starts with a chance that grows with stress, lasts 3 to 9 months and ends in default or, for some, in
    recovery from half the way down.
    """
    random = stream(seed, "behaviour", "months")
    count, span = debtors.height, shock.shape[1]
    payer, creditor, weight = chain
    trouble = np.array([manner.trouble for manner in MANNERS])[debtors["manner_index"].to_numpy()]
    monthly = parameters.default_rate_a_year / 12 / (1 - parameters.recovering_share)
    sector = debtors["sector_index"].to_numpy()
    stress, distress = np.zeros((count, span)), np.zeros((count, span))
    default_at = np.full(count, NEVER, dtype=np.int64)
    busy_until = np.full(count, -1, dtype=np.int64)
    descents: list[dict[str, object]] = []
    level = random.standard_normal(count)
    for month in range(span):
        if month:
            payers = np.maximum(stress[payer, month - 1], 0) + 2 * distress[payer, month - 1]
            passed = np.bincount(creditor, weights=weight * payers, minlength=count)
            fell = np.bincount(creditor, weights=weight * (default_at[payer] == month), minlength=count)
            level = MEMORY * level + np.sqrt(1 - MEMORY**2) * random.standard_normal(count)
            level += (
                shock[sector, month]
                + (1 - MEMORY) * parameters.contagion * passed
                + parameters.default_jump * fell
            )
        stress[:, month] = level
        chance = monthly * trouble * np.exp(0.9 * np.clip(level, -3, 4)) / TYPICAL_HAZARD
        starts = (random.random(count) < chance) & (busy_until < month)
        lengths = random.integers(3, 10, count)
        recovers = random.random(count) < parameters.recovering_share
        if month == _guaranteed_onset(parameters):
            forced = _forced(debtors, level, starts | (busy_until >= month), parameters)
            starts |= forced
            recovers &= ~forced
        for debtor in np.flatnonzero(starts):
            length, ends_well = int(lengths[debtor]), bool(recovers[debtor])
            _descend(distress[debtor], month, length, recovers=ends_well)
            busy_until[debtor] = month + length + 4 if ends_well else NEVER
            if not ends_well:
                default_at[debtor] = month + length
            descents.append(
                _descent(int(debtor), month - parameters.warmup_months, length, recovers=ends_well)
            )
    default_month = np.where(default_at < NEVER, default_at - parameters.warmup_months, NEVER)
    return stress, distress, pl.DataFrame(descents, schema=_DESCENT), default_month


_DESCENT = {
    "debtor": pl.Int64,
    "onset": pl.Int64,
    "length": pl.Int64,
    "recovers": pl.Boolean,
    "default_month": pl.Int64,
}


def _descent(debtor: int, onset: int, length: int, *, recovers: bool) -> dict[str, object]:
    return {
        "debtor": debtor,
        "onset": onset,
        "length": length,
        "recovers": recovers,
        "default_month": None if recovers else onset + length,
    }


def _descend(distress: Floats, month: int, length: int, *, recovers: bool) -> None:
    """Write one descent into a debtor's row: 0 is none, 1 the bottom; steeper towards the end."""
    ramp = ((np.arange(length) + 1) / length) ** 1.4
    path = np.concatenate([0.6 * ramp, 0.6 * np.array([0.75, 0.5, 0.25, 0.1])]) if recovers else ramp
    end = min(month + path.size, distress.size)
    distress[month:end] = path[: end - month]


def _guaranteed_onset(parameters: Parameters) -> int:
    """Return the column in which some descents start for certain, so that the window ends with defaults unfolding."""
    return parameters.warmup_months + parameters.months - 3


def _forced(
    debtors: pl.DataFrame, level: Floats, is_busy: npt.NDArray[np.bool_], parameters: Parameters
) -> npt.NDArray[np.bool_]:
    """Return the most stressed of the larger debtors that are not in a descent: one in a thousand, at least two."""
    wanted = max(2, parameters.debtors // 1000)
    eligible = (debtors["size"].to_numpy() > 1.0) & ~is_busy
    ranked = np.argsort(np.where(eligible, -level, np.inf), kind="stable")[: min(wanted, int(eligible.sum()))]
    chosen = np.zeros(level.size, dtype=bool)
    chosen[ranked] = True
    return chosen
