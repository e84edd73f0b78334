"""Debtors that people judged to be one company: the edges, the company that they connect, and who stands for it.

Judgements are edges between debtors. A company is a connected component of those that say "same" and are in force;
`debtor.merged_into` of all but one of its debtors names that one, its representative. The column follows from the edges
by :func:`settle` alone, so that taking an edge back gives each debtor what it had: nothing is ever moved, readers apply
`coalesce(merged_into, id)`.

The other side, reading who stands for whom, is :mod:`network.resolution.standing`.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from network.models import Debtor, Judgement
from network.resolution.registry import announce

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"


@dataclass(frozen=True, slots=True)
class Edge:
    """A judgement in force."""

    id: uuid.UUID
    left: uuid.UUID
    right: uuid.UUID


@dataclass(frozen=True, slots=True)
class Node:
    """What decides who stands for a company; `last` is the month of a debtor's newest release, "" where it has none."""

    id: uuid.UUID
    last: str
    stands_for_others: bool
    has_siren: bool
    releases: int


def connected(session: Session, debtor_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return every debtor that edges in force reach from these."""
    found = session.scalars(
        text("""
            WITH RECURSIVE edge AS (
                SELECT left_id AS here, right_id AS there FROM judgement WHERE state = 'in_force' AND verdict = 'same'
                UNION ALL
                SELECT right_id, left_id FROM judgement WHERE state = 'in_force' AND verdict = 'same'
            ), reached (id) AS (
                SELECT unnest(CAST(:ids AS uuid[]))
                UNION
                SELECT edge.there FROM reached JOIN edge ON edge.here = reached.id
            )
            SELECT id FROM reached
        """),
        {"ids": list(debtor_ids)},
    )
    return frozenset(found)


def edges_among(
    session: Session, debtor_ids: Collection[uuid.UUID], *, verdict: str = SAME
) -> tuple[Edge, ...]:
    """Return the edges in force of one verdict whose two ends are among these debtors."""
    wanted = list(debtor_ids)
    rows = session.execute(
        select(Judgement.id, Judgement.left_id, Judgement.right_id)
        .where(Judgement.state == "in_force", Judgement.verdict == verdict)
        .where(Judgement.left_id.in_(wanted), Judgement.right_id.in_(wanted))
        .order_by(Judgement.id)
    )
    return tuple(Edge(*row) for row in rows)


def components(nodes: Collection[uuid.UUID], edges: Sequence[Edge]) -> list[frozenset[uuid.UUID]]:
    """Return the connected components of a graph, those without an edge included."""
    ordered = sorted(nodes)
    place = {node: at for at, node in enumerate(ordered)}
    starts, ends = [place[edge.left] for edge in edges], [place[edge.right] for edge in edges]
    graph = coo_matrix(([1] * len(edges), (starts, ends)), shape=(len(ordered), len(ordered)))
    count, label = connected_components(graph, directed=False)
    found: list[set[uuid.UUID]] = [set() for _ in range(count)]
    for node, at in zip(ordered, label, strict=True):
        found[at].add(node)
    return [frozenset(each) for each in found]


def path_between(edges: Sequence[Edge], left: uuid.UUID, right: uuid.UUID) -> tuple[Edge, ...]:
    """Return a shortest chain of edges from one debtor to the other; empty where none leads there."""
    came_by: dict[uuid.UUID, tuple[Edge, uuid.UUID] | None] = {left: None}
    waiting = [left]
    for here in waiting:
        for edge in edges:
            for one, other in ((edge.left, edge.right), (edge.right, edge.left)):
                if one == here and other not in came_by:
                    came_by[other] = (edge, here)
                    waiting.append(other)
    path: list[Edge] = []
    step = came_by.get(right)
    while step is not None:
        path.append(step[0])
        step = came_by[step[1]]
    return tuple(reversed(path))


def choose_representative(nodes: Iterable[Node]) -> uuid.UUID:
    """Return who stands for a company (docs/decisions/0116).

    The one that readers saw last goes on; among those, who stands for others already, then who has a SIREN, then the one
    with most releases, then the smallest id.
    """
    best = max(
        nodes,
        key=lambda node: (
            node.last,
            node.stands_for_others,
            node.has_siren,
            node.releases,
            -node.id.int,
        ),
    )
    return best.id


def read_nodes(session: Session, debtor_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Node]:
    """Return what decides about these debtors."""
    rows = session.execute(
        text("""
            SELECT debtor.id, coalesce(max(release.epoch), '') AS last, count(release.epoch) AS releases,
                   EXISTS (SELECT FROM debtor other WHERE other.merged_into = debtor.id) AS stands_for_others,
                   EXISTS (SELECT FROM debtor_identifier known
                           WHERE known.debtor_id = debtor.id AND known.scheme = 'siren') AS has_siren
            FROM debtor LEFT JOIN release ON release.debtor_id = debtor.id
            WHERE debtor.id = ANY (CAST(:ids AS uuid[])) GROUP BY debtor.id
        """),
        {"ids": list(debtor_ids)},
    )
    return {
        row.id: Node(
            id=row.id,
            last=row.last,
            stands_for_others=row.stands_for_others,
            has_siren=row.has_siren,
            releases=row.releases,
        )
        for row in rows
    }


def settle(session: Session, debtor_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, uuid.UUID]:
    """Have `merged_into` of these debtors' companies say what the edges in force say; return who stands for whom.

    The caller holds the judgements alone. Where somebody else stands for a debtor now, its version rises with those of the
    one that did and the one that does, and their search documents are asked for: those of merged debtors go, those of
    representatives hold the names of all. Running it again changes nothing.
    """
    reached = connected(session, debtor_ids)
    nodes = read_nodes(session, reached)
    standing = {
        member: choose_representative(nodes[each] for each in company)
        for company in components(reached, edges_among(session, reached))
        for member in company
    }
    before = _standing_now(session, reached)
    changed = {member for member in reached if before[member] != standing[member]}
    touched = {standing[member] for member in changed} | {before[member] for member in changed}
    concerned = sorted(changed | touched)
    if changed:
        session.execute(
            text("""
                UPDATE debtor SET merged_into = NULLIF(chosen.standing, debtor.id), version = version + 1
                FROM unnest(CAST(:ids AS uuid[]), CAST(:standing AS uuid[])) AS chosen (id, standing)
                WHERE debtor.id = chosen.id
            """),
            {"ids": concerned, "standing": [standing[member] for member in concerned]},
        )
        announce(session, [str(member) for member in concerned])
    return standing


def _standing_now(session: Session, debtor_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return who stands for these debtors as yet, with their rows locked in the order in which files lock them."""
    rows = session.execute(
        select(Debtor.id, Debtor.merged_into)
        .where(Debtor.id.in_(list(debtor_ids)))
        .order_by(Debtor.id)
        .with_for_update(key_share=True)
    )
    return {debtor_id: merged_into or debtor_id for debtor_id, merged_into in rows}
