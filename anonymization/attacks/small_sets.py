"""Who reports this debtor? Lists of customers are laid beside the dates of members and of releases.

**Who**: a reader with all releases who knows, for every debtor, a set of candidates: four fifths of its suppliers, found
in directories and reference lists, of which `DECOYS` times as many do not report it as do. It knows when each member
joined the network and when some left; half were there from the start.
**Success**: naming, for each debtor that was ever published, one group that reports it.
**Control**: one of the candidates at random, the prior. At most twice the prior is promised. (With as many decoys as
reporters that would promise nothing.)

Two kinds of decoys. *Members that do not report this debtor*: everything then hangs on this debtor's releases: when it
appears, how its band of contributors moves, how many candidates were there to fill it. *Outsiders, pooled*: suppliers
that the attacker takes for members, with supposed dates, and report nothing about anybody; then the evidence of all
their customers counts together. A list of the members that everybody can read would tell these at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anonymization.attacks.judgement import Claim, Hits, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import SILENT, Flags, Floats, History, Integers, Network
from anonymization.attacks.watching import Scorer, Worlds, logarithmic
from anonymization.steps import banding

KINDS = ("members", "outsiders, pooled")
DECOYS = 3
COMPLETE = 0.8
_FOUNDERS, _LEAVERS = 0.5, 0.2
_EARLIEST = 4
_AFTER = 6
_TURNS = 2
_WATCHED = [banding.CONTRIBUTORS, banding.EXPOSURE, banding.PAST_DUE, banding.DAYS_BEYOND_TERMS]

CLAIMS = tuple(
    Claim(f"small sets/{kind}", "times the prior", 2.0, "one reporter named for each debtor")
    for kind in KINDS
)


@dataclass(frozen=True, slots=True)
class _Membership:
    """When each group joins (0: it was always there), and from when on it is gone, both (groups,)."""

    joins: Integers
    leaves: Integers


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Candidates of all debtors, n rows: `who` numbers the supplier over all debtors."""

    debtor: Integers
    who: Integers
    joins: Integers
    leaves: Integers
    reports: Flags


@dataclass(frozen=True, slots=True)
class _Seen:
    """The candidates of published debtors and their features, (n, f)."""

    candidates: _Candidates
    features: Floats

    def worlds(self, features: Floats) -> Worlds:
        """Return reporters and decoys."""
        reports = self.candidates.reports
        return Worlds(features[reports], features[~reports])


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the guesses for each kind of decoy."""
    trials: dict[str, Trials] = {}
    for kind in KINDS:
        taught = [
            _observed(laboratory, laboratory.known, kind, f"sets/{kind}/{turn}") for turn in range(_TURNS)
        ]
        victim = _observed(laboratory, laboratory.victim, kind, f"sets/{kind}/victim")
        alone = Scorer([each.worlds(each.features) for each in taught])
        sure = alone(victim.features)
        if kind != "members":
            together = Scorer([each.worlds(_pooled(each, alone(each.features))) for each in taught])
            sure = together(_pooled(victim, sure))
        trials[f"small sets/{kind}"] = _named(victim.candidates, sure)
    return trials


def _observed(laboratory: Laboratory, network: Network, kind: str, purpose: str) -> _Seen:
    """Let members join and leave, publish, and lay the candidates beside the releases."""
    random = laboratory.random(purpose)
    members = _dates(network.groups, network.epochs, random)
    shown = _while_members(network, members)
    history = laboratory.publish(shown, laboratory.root(purpose))
    reports = np.flatnonzero(shown.speaks.any(axis=0))
    real = _Candidates(
        debtor=shown.debtor[reports],
        who=shown.group[reports],
        joins=members.joins[shown.group[reports]],
        leaves=members.leaves[shown.group[reports]],
        reports=np.ones(len(reports), dtype=np.bool_),
    )
    decoys = (
        _members_besides(real, network, members, random)
        if kind == "members"
        else _outsiders(real, members, random)
    )
    both = _joined(real, decoys)
    is_listed = random.random(len(both.who)) < COMPLETE
    is_seen = history.is_published.sum(axis=0) > 0
    both = _only(both, is_listed & is_seen[both.debtor])
    return _Seen(candidates=both, features=_features(history, both))


def _dates(count: int, epochs: int, random: np.random.Generator) -> _Membership:
    joins = random.integers(_EARLIEST, epochs - _AFTER, count)
    joins[random.random(count) < _FOUNDERS] = 0
    leaves = np.minimum(joins + random.integers(_AFTER, epochs, count), epochs)
    leaves[random.random(count) >= _LEAVERS] = epochs
    return _Membership(joins=joins, leaves=leaves)


def _while_members(network: Network, members: _Membership) -> Network:
    """Return the network in which every group speaks from its joining to its leaving."""
    epoch = np.arange(network.epochs)[:, None]
    is_member = (epoch >= members.joins[network.group]) & (epoch < members.leaves[network.group])
    age = np.where(is_member, network.age, SILENT).astype(np.int8)
    return Network(network.groups, network.debtors, network.group, network.debtor, network.amounts, age)


def _members_besides(
    real: _Candidates, network: Network, members: _Membership, random: np.random.Generator
) -> _Candidates:
    """Return decoys: members that do not report the debtor, the likelier the more customers they have."""
    is_free = np.ones((network.debtors, network.groups), dtype=np.bool_)
    is_free[network.debtor, network.group] = False
    customers = np.bincount(real.who, minlength=network.groups)
    drawn = np.log(np.maximum(customers, 0.01)) + random.gumbel(size=is_free.shape)
    order = np.argsort(np.where(is_free, -drawn, np.inf), axis=1)
    wanted = np.minimum(DECOYS * np.bincount(real.debtor, minlength=network.debtors), is_free.sum(axis=1))
    debtor = np.repeat(np.arange(network.debtors), wanted)
    who = order[np.arange(network.groups)[None, :] < wanted[:, None]]
    return _Candidates(
        debtor=debtor,
        who=who,
        joins=members.joins[who],
        leaves=members.leaves[who],
        reports=np.zeros(len(who), dtype=np.bool_),
    )


def _outsiders(real: _Candidates, members: _Membership, random: np.random.Generator) -> _Candidates:
    """Return decoys: for each member `DECOYS` outsiders with its dates and as many customers, that report nothing."""
    copy = np.tile(np.arange(DECOYS), len(real.who))
    like = random.permutation(np.repeat(real.who, DECOYS))
    return _Candidates(
        debtor=np.repeat(real.debtor, DECOYS),
        who=len(members.joins) + like * DECOYS + copy,
        joins=members.joins[like],
        leaves=members.leaves[like],
        reports=np.zeros(len(like), dtype=np.bool_),
    )


def _only(candidates: _Candidates, chosen: Flags) -> _Candidates:
    return _Candidates(
        candidates.debtor[chosen],
        candidates.who[chosen],
        candidates.joins[chosen],
        candidates.leaves[chosen],
        candidates.reports[chosen],
    )


def _joined(one: _Candidates, other: _Candidates) -> _Candidates:
    return _Candidates(
        np.concatenate([one.debtor, other.debtor]),
        np.concatenate([one.who, other.who]),
        np.concatenate([one.joins, other.joins]),
        np.concatenate([one.leaves, other.leaves]),
        np.concatenate([one.reports, other.reports]),
    )


def _features(history: History, candidates: _Candidates) -> Floats:
    """Return what is known of each candidate: dates against those of the debtor, movements at them, and room for it."""
    is_published = history.is_published
    epochs, debtors = is_published.shape
    first = np.where(is_published.any(axis=0), is_published.argmax(axis=0), epochs)
    last = epochs - is_published[::-1].argmax(axis=0)
    debtor, joins, leaves = candidates.debtor, candidates.joins, candidates.leaves
    blocks = [
        joins,
        leaves,
        first[debtor],
        joins - first[debtor],
        leaves - last[debtor],
        joins == first[debtor],
        leaves == last[debtor],
        is_published.sum(axis=0)[debtor],
    ]
    for dates in (joins, leaves):
        blocks += _around(history, debtor, dates)
    blocks += _room(history, candidates, debtors)
    return np.column_stack(blocks).astype(np.float64)


def _around(history: History, debtor: Integers, dates: Integers) -> list[Floats]:
    """Return the movements from a date on, and by how many more cells moved than usual."""
    cells = logarithmic(history.middle)
    epochs = len(cells)
    steps = np.concatenate(
        [np.zeros((1, *cells.shape[1:])), np.diff(cells, axis=0), np.zeros((_AFTER, *cells.shape[1:]))]
    )
    steps = np.nan_to_num(steps)
    restless = (steps != 0).sum(axis=2)
    usual = restless[:epochs].mean(axis=0)[debtor]
    shown = np.concatenate([history.is_published, np.zeros((_AFTER, cells.shape[1]), dtype=np.bool_)]).astype(
        np.float64
    )
    appeared = np.diff(shown, axis=0, prepend=shown[:1])
    matters = (dates > 0) & (dates < epochs)
    blocks: list[Floats] = []
    for wait in range(_AFTER):
        at = np.minimum(dates + wait, len(steps) - 1)
        blocks += [np.where(matters[:, None], steps[at, debtor][:, _WATCHED], 0.0)]
        blocks += [
            np.where(matters, restless[at, debtor] - usual, 0.0),
            np.where(matters, appeared[at, debtor], 0.0),
        ]
    return blocks


def _room(history: History, candidates: _Candidates, debtors: int) -> list[Floats]:
    """Return how much of the released count of contributors the candidates that were there must fill."""
    epoch = np.arange(len(history.low))[:, None]
    is_there = (epoch >= candidates.joins) & (epoch < candidates.leaves)
    present = np.stack([np.bincount(candidates.debtor[row], minlength=debtors) for row in is_there])
    filled = history.low[:, :, banding.CONTRIBUTORS] / np.maximum(present, 1)
    filled = np.where(np.isnan(filled), 0.0, filled)[:, candidates.debtor]
    here, away = np.where(is_there, filled, 0.0), np.where(is_there, 0.0, filled)
    whole = np.bincount(candidates.debtor, minlength=debtors)[candidates.debtor]
    return [
        here.max(axis=0),
        here.mean(axis=0),
        away.max(axis=0),
        (filled > 0).sum(axis=0),
        whole,
        is_there.sum(axis=0),
    ]


def _pooled(seen: _Seen, sure: Floats) -> Floats:
    """Return the features with the certainty about the same supplier's other customers."""
    who = seen.candidates.who
    total, count = np.bincount(who, weights=sure), np.bincount(who)
    others = (total[who] - sure) / np.maximum(count[who] - 1, 1)
    return np.column_stack([seen.features, others, others * np.sqrt(count[who]), count[who]])


def _named(candidates: _Candidates, sure: Floats) -> Hits:
    """Return whether the surest candidate of each debtor reports it, and the share of those who do."""
    order = np.lexsort((-sure, candidates.debtor))
    _, first = np.unique(candidates.debtor[order], return_index=True)
    counts = np.bincount(candidates.debtor)
    reporters = np.bincount(candidates.debtor, weights=candidates.reports)
    present = counts > 0
    return Hits(attack=candidates.reports[order[first]], prior=reporters[present] / counts[present])
