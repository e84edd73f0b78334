"""Reconstruction: what can be proved. Everything that is known goes into one linear program, and the target is its answer.

**Who**: the three largest suppliers of a debtor together, with their own true amounts of every month, all releases and all
parameters. They know no key, but more than the releases tell: how many suppliers there are, and that they are the largest.
**Success**: an interval that must hold the target's amount (one of the other suppliers at random), as narrow as possible;
its half-width is told in shares of the true amount. Small debtors are attacked, where most can be proved.
**Control**: none; what is proved is proved. An interval that does not hold the truth (a figure of step 9 that was held, or
a set that waits in step 8, makes false proofs) counts as infinitely wide.

Two situations: a network that moves, where six months are tied together by the insiders' permanent factors; and one where
all others stand still for 24 months while the insiders' own business goes on, so that every month is another equation.

Unknown are the insiders' factors (10 to 25 % up or down, taken as the range between), the noise (10 %), the target's and all
others' amounts by bucket, and what step 5 lowers. Linear is: what bands and noise leave of sums and shares; no voice above
the cap's share of the sum; the level is never below what the p %-rule asks for, so that an insider below that is surely not
lowered and counts with its factor times its true amount, as does the target in months in which it cannot be lowered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from anonymization.attacks.judgement import Claim, Hits, Trials, Widths
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Flags, Floats, History, Integers, Network
from anonymization.parameters import DEFAULT, TRADE, Parameters
from anonymization.records import BUCKETS
from anonymization.steps import banding

LEAST = 0.20
"""An interval must reach at least this far to both sides of its middle, in shares of the true amount."""
_SITUATIONS = ("reconstruction/3 insiders", "reconstruction/3 insiders, all else still")
CLAIMS = tuple(
    claim
    for name in _SITUATIONS
    for claim in (
        Claim(name, "narrowest", LEAST, "narrowest half-width that is proved, in shares of the amount"),
        Claim(f"{name}, narrow", "share", 0.05, "intervals that reach less than 20 % to either side"),
    )
)

_ATTACKED = 60
_INSIDERS = 3
_MONTHS = 6
_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the attacker knows of the publisher: ends of factors, noise, the largest share of a voice (1: no cap).

    `level` is the least share of the sum at which step 5 cuts. With the p %-rule against n insiders the n + 1 largest
    stand at the level at most and all the rest makes p of it, so that the sum is at most n + 1 + p levels.
    """

    least_factor: float
    most_factor: float
    noise: float
    cap: float
    level: float

    @classmethod
    def of(cls, seen: History) -> "_Rules":
        """Return the rules that the look of the releases gives away: exact figures, or the profile."""
        if np.array_equal(seen.low, seen.high, equal_nan=True):
            return cls(1.0, 1.0, 0.0, 1.0, 1.0)
        few = float(np.nanmin(seen.low[:, :, banding.CONTRIBUTORS])) < float(DEFAULT.contributors.edges[0])
        used: Parameters = TRADE if few else DEFAULT
        most = used.distortion_most
        level = min(used.weight_cap, 1 / (used.insiders + 1 + used.protection))
        return cls(1 - most, 1 + most, used.cell_noise, used.weight_cap, level)


@dataclass(frozen=True, slots=True)
class _Case:
    """One debtor: bands by month (t, 12), insiders' true amounts (t, i, 5), number of voices (t,).

    `limit` is the least of what the insiders are owed in the month asked about, `truth` what the target is; `is_still`
    says that all others' amounts are the same in all months.
    """

    low: Floats
    high: Floats
    own: Floats
    voices: Floats
    limit: float
    truth: float
    is_still: bool


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the half-widths of both situations, and which of them are under the least."""
    trials: dict[str, Trials] = {}
    for name in _SITUATIONS:
        cases, rules = _cases(laboratory, name)
        half = np.array([half_width(case, rules) for case in cases])
        trials[name] = Widths(half=half)
        trials[f"{name}, narrow"] = Hits(attack=half < LEAST, prior=np.full(len(half), 0.0))
    return trials


def _cases(laboratory: Laboratory, name: str) -> tuple[list[_Case], _Rules]:
    """Return the published debtors with the fewest voices, a target at random in each, and the rules."""
    network, is_still = laboratory.victim, name == _SITUATIONS[1]
    random, epoch = laboratory.random(name), network.epochs // 2
    insider = _largest(network, epoch)
    target = _target(network, epoch, insider, random)
    network = _still_but(network, epoch, insider) if is_still else network.between(0, epoch + 1)
    seen = laboratory.publish(network, laboratory.root(name))
    last = network.epochs - 1
    count = network.count()
    is_open: Flags = np.asarray(seen.is_published.all(axis=0) if is_still else seen.is_published[last])
    chosen = target[is_open[network.debtor[target]]]
    voices = count[last, network.debtor[chosen]] + random.random(len(chosen))
    chosen = chosen[np.argsort(voices)][:_ATTACKED]
    months = np.arange(network.epochs) if is_still else np.arange(max(0, last + 1 - _MONTHS), last + 1)
    cases = []
    for pair in chosen:
        debtor = network.debtor[pair]
        mine = insider[network.debtor[insider] == debtor]
        own = np.where(network.speaks[:, mine, None], network.amounts[:, mine, :BUCKETS], 0.0) / 100
        is_seen = seen.is_published[months, debtor]
        at = months[is_seen]
        owing = laboratory.victim.owing[epoch]
        cases.append(
            _Case(
                low=seen.low[at, debtor],
                high=seen.high[at, debtor],
                own=own[at],
                voices=count[at, debtor].astype(np.float64),
                limit=float(owing[mine].min()),
                truth=float(owing[pair]),
                is_still=is_still,
            )
        )
    return cases, _Rules.of(seen)


def _largest(network: Network, epoch: int) -> Integers:
    """Return the insiders: up to three pairs of each debtor that are owed the most."""
    speaking = np.flatnonzero(network.owing[epoch] > 0)
    order = speaking[np.lexsort((-network.owing[epoch, speaking], network.debtor[speaking]))]
    debtor = network.debtor[order]
    rank = np.arange(len(order)) - np.searchsorted(debtor, debtor)
    chosen: Integers = order[rank < _INSIDERS]
    return chosen


def _target(network: Network, epoch: int, insider: Integers, random: np.random.Generator) -> Integers:
    """Return one pair of each debtor that is owed something and is no insider."""
    others = network.owing[epoch] > 0
    others[insider] = False
    candidates = random.permutation(np.flatnonzero(others))
    chosen: Integers = candidates[np.unique(network.debtor[candidates], return_index=True)[1]]
    return chosen


def _still_but(network: Network, epoch: int, moving: Integers) -> Network:
    """Return the network in which all stand still but some pairs; these repeat their last words while they are silent."""
    still = network.still(epoch, network.epochs)
    amounts, age = still.amounts.copy(), still.age.copy()
    says = network.speaks[:, moving]
    amounts[:, moving] = np.where(says[:, :, None], network.amounts[:, moving], amounts[:, moving])
    age[:, moving] = 0
    return replace(still, amounts=amounts, age=age)


@dataclass(slots=True)
class _Program:
    """A linear program that grows: columns with their ends, rows `low <= a x <= high`."""

    ends: list[tuple[float, float | None]] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)

    def column(self, low: float = 0.0, high: float | None = None) -> int:
        """Add a column."""
        self.ends.append((low, high))
        return len(self.ends) - 1

    def at_most(self, row: Mapping[int, float], top: float = 0.0) -> None:
        """Add a row that must not be above `top`."""
        self.rows.append(dict(row))
        self.tops.append(top)

    def equal(self, row: Mapping[int, float]) -> None:
        """Add a row that must be nothing."""
        self.at_most(row, _TINY)
        self.at_most({at: -value for at, value in row.items()}, _TINY)

    def least(self, goal: Mapping[int, float]) -> tuple[float, Floats] | None:
        """Return the least value of the goal and a point that has it; None where nothing fits or there is no least."""
        cost = np.zeros(len(self.ends))
        cost[list(goal)] = list(goal.values())
        at = [
            (number, column, value) for number, row in enumerate(self.rows) for column, value in row.items()
        ]
        number, column, value = (np.array(each) for each in zip(*at, strict=True))
        matrix = sparse.csr_matrix((value, (number, column)), shape=(len(self.rows), len(self.ends)))
        found = linprog(cost, A_ub=matrix, b_ub=np.array(self.tops), bounds=self.ends, method="highs")
        return (float(found.fun), found.x) if found.status == 0 else None

    def fork(self) -> "_Program":
        """Return a copy that can grow on its own."""
        return _Program(list(self.ends), list(self.rows), list(self.tops))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of the program: the target's whole amount, by month its lowered buckets, and the sums of everybody."""

    whole: list[int]
    target: list[list[int]]
    sums: list[list[int]]
    excess: list[int]


def half_width(case: _Case, rules: _Rules) -> float:
    """Return half of the interval that is proved, in shares of the truth; infinite where it has no end or is false."""
    unit = float(np.nanmax(case.high[:, banding.EXPOSURE]))
    case = replace(
        case,
        own=case.own / unit,
        low=_in_units(case.low, unit),
        high=_in_units(case.high, unit),
        limit=case.limit / unit,
        truth=case.truth / unit,
    )
    elastic, columns = _program(case, rules, elastic=True)
    found = elastic.least(dict.fromkeys(columns.excess, 1.0))
    if found is None:
        return np.inf
    fits = found[1][columns.excess] <= 10 * _TINY
    if not fits.any() or not (case.is_still or fits[-1]):
        return np.inf
    kept = replace(
        case, low=case.low[fits], high=case.high[fits], own=case.own[fits], voices=case.voices[fits]
    )
    program, columns = _program(kept, rules, elastic=False)
    lowest = program.least(dict.fromkeys(columns.whole, 1.0))
    if lowest is None:
        return np.inf
    highest = _highest(program, columns, kept, rules)
    low, high = lowest[0] / rules.most_factor, min(case.limit, highest / rules.least_factor)
    is_true = low * (1 - 1e-4) - _TINY <= case.truth <= high * (1 + 1e-4) + _TINY
    return max(0.0, (high - low) / 2 / case.truth) if is_true else np.inf


def _in_units(ends: Floats, unit: float) -> Floats:
    scaled = ends.copy()
    scaled[:, banding.EXPOSURE] /= unit
    return scaled


def _highest(program: _Program, columns: _Columns, case: _Case, rules: _Rules) -> float:
    """Return the largest amount of the target, before its own factor: infinite if step 5 can be lowering it all the time."""
    months = range(len(columns.target)) if case.is_still else [len(columns.target) - 1]
    if rules.cap < 1 and rules.most_factor * case.limit > rules.level * _least_sum(case, months[-1], rules):
        lowered = program.fork()
        for month in months:
            row = dict.fromkeys(columns.target[month], -1.0)
            for at in columns.sums[month]:
                row[at] = rules.level
            lowered.at_most(row)
        if lowered.least({columns.whole[0]: 0.0}) is not None:
            return np.inf
    highest = 0.0
    for month in months:
        free = program.fork()
        for bucket, each in enumerate(columns.whole):
            free.equal({each: 1.0, columns.target[month][bucket]: -1.0})
        found = free.least(dict.fromkeys(columns.whole, -1.0))
        highest = max(highest, -found[0]) if found is not None else highest
        if rules.cap >= 1:
            break
    return highest


def _least_sum(case: _Case, month: int, rules: _Rules) -> float:
    return float(case.low[month, banding.EXPOSURE]) / (1 + rules.noise)


def _program(case: _Case, rules: _Rules, *, elastic: bool) -> tuple[_Program, _Columns]:
    """Return all that is known as rows, by month."""
    program = _Program()
    insiders = case.own.shape[1]
    factors = [
        [program.column(rules.least_factor, rules.most_factor) for _ in range(BUCKETS)]
        for _ in range(insiders)
    ]
    columns = _Columns([program.column() for _ in range(BUCKETS)], [], [], [])
    for month in range(len(case.low)):
        excess = program.column(0.0, None if elastic else 0.0)
        columns.excess.append(excess)
        sums = [program.column() for _ in range(BUCKETS)]
        target = [program.column() for _ in range(BUCKETS)]
        others = [program.column() for _ in range(BUCKETS)]
        columns.sums.append(sums)
        columns.target.append(target)
        parts = [{target[at]: 1.0, others[at]: 1.0} for at in range(BUCKETS)]
        _add_insiders(program, parts, factors, case, month, rules)
        for at, part in enumerate(parts):
            program.equal(part | {sums[at]: -1.0})
        is_same = case.is_still or month == len(case.low) - 1
        if is_same:
            for at in range(BUCKETS):
                row = {target[at]: 1.0, columns.whole[at]: -1.0}
                program.at_most(row) if rules.cap < 1 else program.equal(row)
        rest = case.voices[month] - insiders - 1
        _at_most_share(program, target, sums, rules.cap)
        _at_most_share(program, others, sums, min(1.0, rules.cap * rest) if rest > 0 else 0.0)
        if is_same:
            program.at_most(
                dict.fromkeys(others, 1.0), rules.most_factor * case.limit * max(rest, 0.0) + _TINY
            )
        _add_bands(program, sums, excess, case, month, rules)
    return program, columns


def _add_insiders(
    program: _Program,
    parts: list[dict[int, float]],
    factors: list[list[int]],
    case: _Case,
    month: int,
    rules: _Rules,
) -> None:
    """Add what the insiders' voices count. One that may be lowered counts with a part of its amount."""
    level = rules.level * _least_sum(case, month, rules)
    for insider, factor in enumerate(factors):
        own = case.own[month, insider]
        most = rules.most_factor * own.sum()
        if rules.cap >= 1 or most <= level:
            for at, part in enumerate(parts):
                part[factor[at]] = float(own[at])
            continue
        kept = min(1.0, level / most)
        for at, part in enumerate(parts):
            part[program.column(rules.least_factor * kept * own[at], rules.most_factor * own[at])] = 1.0


def _at_most_share(program: _Program, some: list[int], sums: list[int], share: float) -> None:
    program.at_most(dict.fromkeys(some, 1.0) | dict.fromkeys(sums, -share))


def _add_bands(
    program: _Program, sums: list[int], excess: int, case: _Case, month: int, rules: _Rules
) -> None:
    """Add what the released bands say of the sums, noise included."""
    low, high = case.low[month], case.high[month]
    more, less = 1 + rules.noise, 1 - rules.noise
    whole = dict.fromkeys(sums, 1.0)
    program.at_most(whole | {excess: -1.0}, float(high[banding.EXPOSURE]) / less + _TINY)
    program.at_most(dict.fromkeys(sums, -1.0) | {excess: -1.0}, -float(low[banding.EXPOSURE]) / more + _TINY)
    groups = [
        (sums[1:], banding.PAST_DUE),
        *(([sums[at]], banding.AGING.start + at) for at in range(BUCKETS)),
    ]
    for inside, cell in groups:
        top, bottom = float(high[cell]), float(low[cell])
        program.at_most(
            {at: less * (1 - top) if at in inside else -more * top for at in sums} | {excess: -1.0}, _TINY
        )
        program.at_most(
            {at: -more * (1 - bottom) if at in inside else less * bottom for at in sums} | {excess: -1.0},
            _TINY,
        )
