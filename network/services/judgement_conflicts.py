"""What stands against a judgement: two SIRENs, other identifiers that differ, or a judgement in force that says the contrary."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from network.errors import ConflictError
from network.i18n import mark
from network.models import DebtorIdentifier
from network.resolution.judgements import DIFFERENT, Edge, edges_among, path_between

_TWO_SIRENS = mark("SIREN %(left)s and SIREN %(right)s are two companies, and never become one.")
_TWO_NUMBERS = mark(
    "%(scheme)s %(left)s and %(scheme)s %(right)s differ. If they are one company all the same, say so expressly "
    "(--despite-identifiers)."
)
_SAID_DIFFERENT = mark("Judgement %(judgement)s says that these are different companies. Withdraw it first.")
_SAID_SAME = mark("These are one company by judgement %(judgements)s. Withdraw that first.")

_COUNTRY_SCHEMES = ("vat", "registration")
"""A company may have one of these in each country."""


@dataclass(frozen=True, slots=True)
class JudgementConflict:
    """A sentence that says what stands against joining two debtors. Where `is_final`, insisting does not help."""

    message: str
    values: dict[str, str] = field(default_factory=dict)
    is_final: bool = True


def conflicts(
    session: Session, left: Collection[uuid.UUID], right: Collection[uuid.UUID]
) -> Iterator[JudgementConflict]:
    """Yield what stands against making one company of two, the gravest first; each is given as all its debtors."""
    if set(left) == set(right):
        return
    ours, theirs = _numbers(session, left), _numbers(session, right)
    for mine, other in _differing(ours, theirs, "siren"):
        yield JudgementConflict(_TWO_SIRENS, {"left": mine, "right": other})
    for edge in edges_among(session, {*left, *right}, verdict=DIFFERENT):
        yield JudgementConflict(_SAID_DIFFERENT, {"judgement": str(edge.id)})
    for scheme in sorted({each for each, _ in ours} & {each for each, _ in theirs} - {"siren"}):
        for mine, other in _differing(ours, theirs, scheme):
            name = scheme.partition(" ")[0].upper()
            values = {"scheme": name, "left": mine, "right": other}
            yield JudgementConflict(_TWO_NUMBERS, values, is_final=False)


def refuse_same(
    session: Session,
    left: Collection[uuid.UUID],
    right: Collection[uuid.UUID],
    *,
    despite_identifiers: bool,
) -> None:
    """Refuse to make one company of two where something stands against it.

    Raises:
        ConflictError: the gravest of what stands against it.
    """
    for conflict in conflicts(session, left, right):
        if conflict.is_final or not despite_identifiers:
            raise ConflictError(conflict.message, **conflict.values)


def refuse_different(edges: Sequence[Edge], left: uuid.UUID, right: uuid.UUID) -> None:
    """Refuse to call different what judgements join: which of them is wrong is a person's to say.

    Raises:
        ConflictError: names a shortest chain of judgements that joins the two.
    """
    path = path_between(edges, left, right)
    if path:
        raise ConflictError(_SAID_SAME, judgements=", ".join(str(edge.id) for edge in path))


def _numbers(session: Session, debtor_ids: Collection[uuid.UUID]) -> set[tuple[str, str]]:
    """Return the identifiers of a company, (scheme, value); schemes of which each country has one carry the country."""
    rows = session.execute(
        select(DebtorIdentifier.scheme, DebtorIdentifier.value).where(
            DebtorIdentifier.debtor_id.in_(list(debtor_ids))
        )
    )
    return {
        (f"{scheme} {value[:2]}" if scheme in _COUNTRY_SCHEMES else scheme, value) for scheme, value in rows
    }


def _differing(
    ours: set[tuple[str, str]], theirs: set[tuple[str, str]], scheme: str
) -> Iterator[tuple[str, str]]:
    """Yield one pair of numbers of a scheme, if the two companies have no number of it in common."""
    mine = sorted(value for each, value in ours if each == scheme)
    other = sorted(value for each, value in theirs if each == scheme)
    if mine and other and not set(mine) & set(other):
        yield mine[0], other[0]
