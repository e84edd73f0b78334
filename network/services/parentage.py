"""Who controls whom, by all parent links above some companies: read level by level, whatever number names a company."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.identifiers import Identifier

_DEPTH = 20
"""Levels of parents followed: real groups have up to twelve or so, and a circle ends here."""


class ParentLinks:
    """The parent links above some companies, each company under one number: its LEI where a register gives it one."""

    def __init__(self, session: Session, companies: Iterable[Identifier]) -> None:
        self._same: dict[Identifier, Identifier] = {}
        self._parents: dict[Identifier, dict[Identifier, bool]] = {}
        asked, done = set(companies), set[Identifier]()
        for _ in range(_DEPTH):
            self._learn_numbers(session, asked)
            level = {self.one(held) for held in asked} - done
            if not level:
                return
            done |= level
            asked = self._learn_parents(session, level)

    def one(self, company: Identifier) -> Identifier:
        """Return the number by which a company is known here."""
        return self._same.get(company, company)

    def tops(self, company: Identifier) -> tuple[tuple[Identifier, ...], tuple[Identifier, ...]]:
        """Return the ultimate parents by links in force, and those to which only a link that ended leads.

        A company without a parent is its own. One in a circle has the first company of the circle.
        """
        start = self.one(company)
        tops = self._climb(start, ended=False)
        return tuple(sorted(tops)), tuple(sorted(self._climb(start, ended=True) - tops))

    def _climb(self, start: Identifier, *, ended: bool) -> set[Identifier]:
        seen, level, tops = {start}, {start}, set[Identifier]()
        while level:
            above: set[Identifier] = set()
            for held in level:
                links = self._parents.get(held, {})
                parents = {parent for parent, is_over in links.items() if ended or not is_over}
                if not parents:
                    tops.add(held)
                above |= parents
            level = above - seen
            seen |= level
        return tops or {min(seen)}

    def _learn_numbers(self, session: Session, companies: Iterable[Identifier]) -> None:
        """Learn the LEI of each SIREN; where there are several, the first in force and in order stands for all."""
        asked = [held for held in companies if held not in self._same]
        rows = session.execute(
            text("""
                SELECT value, siren FROM register_entry
                WHERE scheme = 'lei' AND siren = ANY (CAST(:sirens AS text[]) || ARRAY(
                    SELECT siren::text FROM register_entry
                    WHERE scheme = 'lei' AND value = ANY (CAST(:leis AS text[])) AND siren IS NOT NULL
                ))
                ORDER BY is_active DESC, value
            """),
            {
                "sirens": [held.value for held in asked if held.scheme == "siren"],
                "leis": [held.value for held in asked if held.scheme == "lei"],
            },
        )
        first: dict[str, Identifier] = {}
        for lei, siren in rows:
            known = first.setdefault(siren, Identifier("lei", lei))
            self._same[Identifier("siren", siren)] = known
            self._same[Identifier("lei", lei)] = known
        for held in asked:
            self._same.setdefault(held, held)

    def _learn_parents(self, session: Session, level: set[Identifier]) -> set[Identifier]:
        """Learn the links that lead up from these companies, under any of their numbers; return the parents."""
        asked = sorted(held for held, one in self._same.items() if one in level)
        rows = session.execute(
            text("""
                SELECT link.child_scheme, link.child_value, link.parent_scheme, link.parent_value,
                       link.ended_on IS NOT NULL
                FROM unnest(CAST(:schemes AS text[]), CAST(:values AS text[])) AS asked (scheme, value)
                JOIN parent_link link ON link.child_scheme = asked.scheme AND link.child_value = asked.value
            """),
            {"schemes": [held.scheme for held in asked], "values": [held.value for held in asked]},
        ).all()
        parents = {Identifier(row[2], row[3]) for row in rows}
        self._learn_numbers(session, parents)
        for child_scheme, child_value, parent_scheme, parent_value, is_over in rows:
            child = self.one(Identifier(child_scheme, child_value))
            parent = self.one(Identifier(parent_scheme, parent_value))
            if child != parent:
                known = self._parents.setdefault(child, {})
                known[parent] = known.get(parent, True) and is_over
        return parents
