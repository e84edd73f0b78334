"""Unit of work: the one place that commits.

A service opens :func:`unit_of_work`; services called inside it join the same transaction. What must happen after
the commit (indexing, mail) is written as an outbox row in it, never done from it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.orm import Session

from network.extensions import database

_current: ContextVar[Session | None] = ContextVar("vigie_session", default=None)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Yield the session of the running unit of work, or start one that commits at the end.

    On any exception everything is rolled back and the exception goes on.
    """
    running = _current.get()
    if running is not None:
        yield running
        return
    with database.new_session() as session:
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
def reading() -> Iterator[Session]:
    """Yield a session for reads alone: joins a running unit of work, else ends without a commit."""
    running = _current.get()
    if running is not None:
        yield running
        return
    with database.new_session() as session:
        yield session
