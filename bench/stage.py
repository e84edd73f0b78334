"""The stage of every benchmark: a fresh network of its own on the embedded PostgreSQL, thrown away afterwards."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from network.extensions import database
from network.logins import DatabaseRole
from network.models import Member
from network.permissions import Actor, operator_at_console
from network.runtime import started
from network.settings import Settings
from network.transaction import unit_of_work


@contextmanager
def fresh_network() -> Iterator[Path]:
    """Yield the home of an empty network whose engines run."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        home = Path(folder)
        with started(Settings.from_environment({"VIGIE_HOME": folder}), role=DatabaseRole.OWNER):
            yield home


def found_member(name: str) -> Actor:
    """Add a member; return the operator acting for it."""
    with unit_of_work() as session:
        member = Member(id=uuid.uuid4(), name=name)
        session.add(member)
    return operator_at_console(member_id=member.id)


def seconds_of_copy(create: str, copy: str, source: Path) -> float:
    """Return the seconds of COPY of a CSV file into a new table `baseline`, to the commit; the table is dropped."""
    with database.engine.connect() as connection:
        connection.execute(text("DROP TABLE IF EXISTS baseline"))
        for statement in create.split(";"):
            connection.execute(text(statement))
        connection.commit()
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection is lost")
        begin = time.perf_counter()
        with source.open("rb") as file, driver.cursor() as cursor:
            cursor.copy_expert(copy, file, 1 << 18)
        connection.commit()
        seconds = time.perf_counter() - begin
        connection.execute(text("DROP TABLE baseline"))
        connection.commit()
    return seconds
