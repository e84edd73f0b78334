"""What registers say of one company, for its page: read by the numbers that the page shows anyway."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from network.permissions import Actor, Permission, require
from network.transaction import reading

_REGISTERS = {"siren": ("sirene_units", "SIRENE"), "lei": ("gleif_entities", "GLEIF")}


@dataclass(frozen=True, slots=True)
class ParentCard:
    """A company that controls another; `debtor_id` where it is a listed debtor."""

    name: str
    value: str
    debtor_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """A company as a register has it. Codes are the register's: `scheme` says whose ("siren": SIRENE, "lei": GLEIF).

    `as_of` is the day of the newest file of that register.
    """

    scheme: str
    register: str
    as_of: date
    name: str | None
    usual_name: str | None
    legal_form: str | None
    activity: str | None
    postcode: str | None
    city: str | None
    country: str | None
    is_active: bool
    ceased_on: date | None
    lei: str | None
    parent: ParentCard | None


@dataclass(frozen=True, slots=True)
class RegisterView:
    """The entry of one company, if there is one; `is_loaded` tells whether any register is loaded at all."""

    is_loaded: bool
    card: RegisterCard | None


def read_register(actor: Actor, *, identifiers: Mapping[str, str]) -> RegisterView:
    """Return what registers say of the company that has these identifiers (scheme: value), SIRENE before GLEIF.

    Identifiers are those that the actor is shown: what comes back tells nothing but public facts about them.
    """
    require(actor, Permission.PROFILE_READ)
    asked = {scheme: identifiers.get(scheme, "") for scheme in _REGISTERS}
    with reading(unlisted=True) as session:
        days = {
            row.source: row.day
            for row in session.execute(
                text(
                    "SELECT source, max(as_of) AS day FROM register_load WHERE state = 'done' GROUP BY source"
                )
            )
        }
        if not days:
            return RegisterView(is_loaded=False, card=None)
        rows = session.execute(text(_ENTRIES), asked).all()
        if not rows:
            return RegisterView(is_loaded=True, card=None)
        lei = next((row.value for row in rows if row.scheme == "lei"), None)
        parent = _parent(session, {**asked, "lei": lei or asked["lei"]})
    return RegisterView(is_loaded=True, card=_card(rows[0], days, lei, parent))


_ENTRIES = """
    SELECT scheme, value, name, usual_name, legal_form, activity, postcode, city, country, is_active, ceased_on, as_of
    FROM register_entry
    WHERE NOT is_person AND (
        (scheme = 'siren' AND value = :siren) OR (scheme = 'lei' AND value = :lei)
        OR (scheme = 'lei' AND siren = :siren AND siren IS NOT NULL)
    )
    ORDER BY scheme DESC, value = :lei DESC, is_active DESC, value
"""

_PARENTS = """
    SELECT link.parent_value AS value, entry.name, listed.id AS debtor_id
    FROM parent_link link
    JOIN register_entry entry
      ON entry.scheme = link.parent_scheme AND entry.value = link.parent_value AND entry.name IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT standing.id
        FROM debtor_identifier held
        JOIN debtor node ON node.id = held.debtor_id
        JOIN debtor standing ON standing.id = COALESCE(node.merged_into, node.id) AND standing.is_listed
        WHERE (held.scheme = entry.scheme AND held.value = entry.value)
        OR (held.scheme = 'siren' AND held.value = entry.siren)
        LIMIT 1
    ) listed ON true
    WHERE link.ended_on IS NULL AND (
        (link.child_scheme = 'siren' AND link.child_value = :siren)
        OR (link.child_scheme = 'lei' AND link.child_value = :lei)
    )
    ORDER BY link.kind = 'direct' DESC, link.source, link.parent_value
    LIMIT 1
"""


def _parent(session: Session, numbers: Mapping[str, str]) -> ParentCard | None:
    row = session.execute(text(_PARENTS), dict(numbers)).one_or_none()
    return None if row is None else ParentCard(name=row.name, value=row.value, debtor_id=row.debtor_id)


def _card(
    row: Row[tuple[object, ...]], days: Mapping[str, date], lei: str | None, parent: ParentCard | None
) -> RegisterCard:
    source, register = _REGISTERS[row.scheme]
    return RegisterCard(
        scheme=row.scheme,
        register=register,
        as_of=days.get(source, row.as_of),
        name=row.name,
        usual_name=row.usual_name,
        legal_form=row.legal_form,
        activity=row.activity,
        postcode=row.postcode,
        city=row.city,
        country=row.country,
        is_active=row.is_active,
        ceased_on=row.ceased_on,
        lei=lei,
        parent=parent,
    )
