"""Unit of work: the one place that commits, and the one that tells the database for whom it reads.

A service opens :func:`unit_of_work`; services called inside it join the same transaction. What must happen after
the commit (indexing, mail) is written as an outbox row in it, never done from it.

The pages reach the database under a role that sees no row of a member or a person but those of the :class:`Reader`
(docs/decisions/0085). Commands and the worker have a role that sees all rows, and no reader.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from network.extensions import database

_current: ContextVar[Session | None] = ContextVar("vigie_session", default=None)
_UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the database answers: a person by id, or by address at the door, and its member's keyed tag.

    The tag is that of the member's sealed rows; it can be made with the keys alone, so nobody can ask for another's.
    `decider_tag` is another, under which the person's own decisions on open lines lie.
    """

    user_id: uuid.UUID | None = None
    email: str | None = None
    owner_tag: bytes | None = None
    decider_tag: bytes | None = None


NOBODY = Reader()
_reader: ContextVar[Reader | None] = ContextVar("vigie_reader", default=None)


def read_as(reader: Reader | None) -> None:
    """Set the reader from here on; None, as in commands and the worker, leaves it to the role what is seen."""
    _reader.set(reader)


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Let `reader` read inside the block, if this process reads for somebody at all."""
    token = _reader.set(reader) if _reader.get() is not None else None
    try:
        yield
    finally:
        if token is not None:
            _reader.reset(token)


@event.listens_for(Session, "after_begin")
def _tell_who_reads(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Set what the policies look at, for this transaction alone: a pooled connection forgets it at its end."""
    reader = _reader.get()
    if reader is not None:
        _tell(
            connection,
            "SELECT set_config('app.user', %s, true), set_config('app.email', %s, true), "
            "set_config('app.owner', %s, true), set_config('app.decider', %s, true), "
            "set_config('app.unlisted', %s, true)",
            (
                str(reader.user_id or ""),
                reader.email or "",
                (reader.owner_tag or b"").hex(),
                (reader.decider_tag or b"").hex(),
                "on" if session.info.get(_UNLISTED) else "",
            ),
        )


def _tell(connection: Connection, statement: str, values: tuple[str, ...]) -> None:
    """Run a statement on the driver's own connection: SQLAlchemy takes three times as long for it as PostgreSQL."""
    driver = connection.connection.driver_connection
    dbapi = connection.dialect.loaded_dbapi
    if driver is None:
        raise RuntimeError("the session has lost its connection")
    try:
        with driver.cursor() as cursor:
            cursor.execute(statement, values)
    except dbapi.Error:
        connection.exec_driver_sql(statement, values)  # fails again, as an error that the pages know


def _set(session: Session, name: str, value: str) -> None:
    if _reader.get() is not None:
        _tell(session.connection(), "SELECT set_config(%s, %s, true)", (name, value))


def _show_unlisted(session: Session) -> None:
    if not session.info.get(_UNLISTED):
        session.info[_UNLISTED] = True
        if session.in_transaction():
            _set(session, "app.unlisted", "on")


def let_see_unlisted(session: Session) -> None:
    """Let the running transaction see debtors that were never released, and who stands for whom."""
    _show_unlisted(session)


def let_see_group(session: Session, group_id: uuid.UUID) -> None:
    """Let the running transaction see which members are of the reader's own economic group."""
    _set(session, "app.group", str(group_id))


def let_read_affiliates(session: Session, owner_tags: Iterable[bytes]) -> None:
    """Let the running transaction read, never write, the sealed rows of the reader's affiliates."""
    _set(session, "app.affiliates", ",".join(f"\\x{tag.hex()}" for tag in owner_tags))


@contextmanager
def unit_of_work(*, unlisted: bool = False) -> Iterator[Session]:
    """Yield the session of the running unit of work, or start one that commits at the end.

    `unlisted` lets it see debtors that were never released, and found new ones. On any exception everything is rolled
    back and the exception goes on.
    """
    running = _current.get()
    if running is not None:
        if unlisted:
            _show_unlisted(running)
        yield running
        return
    with database.new_session() as session:
        session.info[_UNLISTED] = unlisted
        token = _current.set(session)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _current.reset(token)


@contextmanager
def reading(*, unlisted: bool = False) -> Iterator[Session]:
    """Yield a session for reads alone: joins a running unit of work, else ends without a commit.

    `unlisted` lets it see debtors that were never released.
    """
    running = _current.get()
    if running is not None:
        if unlisted:
            _show_unlisted(running)
        yield running
        return
    with database.new_session() as session:
        session.info[_UNLISTED] = unlisted
        yield session
