"""`vigie doctor`: what is wrong with this installation, and how to mend it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, print_json, say
from network.errors import NetworkError
from network.i18n import mark

if TYPE_CHECKING:
    from network.settings import Settings

_LEAST_DISK = 2_000_000_000
_LEAST_PYTHON = (3, 11)
_LEAST_POSTGRES = 170_000
"""As PostgreSQL counts; the right MAINTAIN came with 17."""
_PING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was seen, and how to mend it where it is wrong."""

    subject: str
    is_fine: bool
    seen: str
    mend: str = ""


@click.command(
    help=say(mark("Look at everything that this installation needs, and say how to mend what is wrong.")),
    epilog=example("vigie doctor", "vigie doctor --json"),
)
@json_option
def doctor(*, as_json: bool) -> int:
    """Return 0 where all is fine, 1 otherwise."""
    findings = list(_examine())
    is_fine = all(finding.is_fine for finding in findings)
    if as_json:
        print_json(
            {
                "is_fine": is_fine,
                "findings": [
                    {"subject": it.subject, "is_fine": it.is_fine, "seen": it.seen, "mend": it.mend}
                    for it in findings
                ],
            }
        )
    else:
        for finding in findings:
            sign = click.style("✓", fg="green") if finding.is_fine else click.style("✗", fg="red")
            click.echo(f"{sign} {finding.subject}: {finding.seen}")
            if finding.mend:
                click.echo(f"  → {finding.mend}")
    return 0 if is_fine else 1


def _examine() -> Iterator[Finding]:
    yield _python()
    try:
        from network.settings import Settings

        settings = Settings.from_environment()
    except NetworkError as error:
        yield Finding(say(mark("Settings")), is_fine=False, seen=say(error.message, **error.values))
        return
    yield Finding(say(mark("Settings")), is_fine=True, seen=say(mark("home is %(home)s"), home=settings.home))
    yield _disk(settings)
    if settings.redis_url is None:
        yield _processes(settings)
    try:
        yield from _inside(settings)
    except NetworkError as error:
        subject = say(mark("Keys")) if error.error_code == "keys" else say(mark("Engines"))
        yield Finding(subject, is_fine=False, seen=say(error.message, **error.values))


def _python() -> Finding:
    seen = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return Finding("Python", is_fine=sys.version_info >= _LEAST_PYTHON, seen=seen)


def _disk(settings: "Settings") -> Finding:
    import shutil

    free = shutil.disk_usage(settings.home).free
    is_fine = free >= _LEAST_DISK
    return Finding(
        say(mark("Disk")),
        is_fine=is_fine,
        seen=say(mark("%(gigabytes).1f GB free"), gigabytes=free / 1e9),
        mend="" if is_fine else say(mark("Make room, or move the network with VIGIE_HOME.")),
    )


def _processes(settings: "Settings") -> Finding:
    from network.cli.up import is_up

    seen = (
        say(mark("running at %(url)s"), url=settings.public_url)
        if is_up(settings)
        else say(mark("not running"))
    )
    return Finding("vigie up", is_fine=True, seen=seen)


def _inside(settings: "Settings") -> Iterator[Finding]:
    """Look at what needs the engines; they are started for it."""
    from network.cli.console import network_running

    with network_running(redis=True) as runtime:
        yield _postgres()
        yield _redis(runtime.settings, is_ours=settings.redis_url is None)
        if settings.redis_url is not None:
            yield _workers(settings)
        yield _keys()
        yield _people()
        yield _rates()
        yield _index(runtime.settings)


def _postgres() -> Finding:
    from sqlalchemy import text

    from network import migrations
    from network.extensions import database

    with database.engine.connect() as connection:
        version = connection.scalar(text("SHOW server_version"))
        number = int(str(connection.scalar(text("SHOW server_version_num"))))
        seen = say(
            mark("%(version)s, tables at %(revision)s"),
            version=version,
            revision=migrations.current(connection),
        )
    is_fine = number >= _LEAST_POSTGRES
    mend = "" if is_fine else say(mark("Vigie needs PostgreSQL 17 or later."))
    return Finding("PostgreSQL", is_fine=is_fine, seen=seen, mend=mend)


def _redis(settings: "Settings", *, is_ours: bool) -> Finding:
    """Look at the queue; Valkey calls itself by its own name and tells a version of Redis besides."""
    from redis import Redis
    from redis.exceptions import RedisError

    url = (settings.redis_url or "").replace("redis+socket://", "unix://", 1)
    try:
        client = Redis.from_url(url, socket_timeout=2)
        told = client.info()
        client.close()
    except RedisError as error:
        mend = (
            say(mark("Nothing is lost. Run: vigie down, then vigie up"))
            if is_ours
            else say(mark("Nothing is lost. See that the server of VIGIE_REDIS_URL runs and can be reached."))
        )
        return Finding("Redis", is_fine=False, seen=str(error), mend=mend)
    seen = str(told.get("valkey_version") or told["redis_version"])
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        mend = say(mark("Set its maxmemory-policy to noeviction: it may not forget what is waiting."))
        return Finding("Redis", is_fine=False, seen=f"{seen}, {told['maxmemory_policy']}", mend=mend)
    return Finding("Redis", is_fine=True, seen=seen)


def _workers(settings: "Settings") -> Finding:
    """Look who works, on whichever machine, where the queue is a server of the operator's own."""
    from network.cli.deployment import answering_workers

    names = answering_workers(settings, seconds=_PING_SECONDS)
    return Finding(
        say(mark("Workers")),
        is_fine=bool(names),
        seen=", ".join(names) or say(mark("none answers")),
        mend="" if names else say(mark("Start one where the queue can be reached: vigie worker")),
    )


def _keys() -> Finding:
    from network.keystore import keys
    from network.permissions import operator_at_console
    from network.services.key_custody import key_status

    found = key_status(operator_at_console(), store=keys.store)
    mend = ""
    if found.is_rotating:
        mend = say(mark("A rotation was begun and is not complete. Run: vigie keys rotate"))
    elif not found.is_recoverable:
        mend = say(
            mark(
                "No recovery copy with all keys in use was ever written here. Run: vigie keys export-recovery FILE"
            )
        )
    return Finding(
        say(mark("Keys")),
        is_fine=found.fault is None,
        seen=say(
            mark("%(keys)s in %(place)s, root key %(fingerprint)s"),
            keys=", ".join(key.id for key in found.keys),
            place=found.place,
            fingerprint=found.fingerprint,
        ),
        mend=mend,
    )


def _people() -> Finding:
    from network.services.accounts import is_first_run

    if is_first_run():
        return Finding(
            say(mark("People")),
            is_fine=True,
            seen=say(mark("nobody can sign in yet")),
            mend=say(
                mark("Open the first page (vigie up), or: vigie user add EMAIL --name NAME --role operator")
            ),
        )
    return Finding(say(mark("People")), is_fine=True, seen=say(mark("accounts exist")))


def _rates() -> Finding:
    from sqlalchemy import func, select

    from network.models import ExchangeRate
    from network.transaction import reading

    with reading() as session:
        last = session.scalar(select(func.max(ExchangeRate.day)))
    if last is None:
        return Finding(
            say(mark("Exchange rates")),
            is_fine=True,
            seen=say(mark("none: amounts in other currencies than EUR are left out of releases")),
            mend=say(mark("Load the ECB's table: vigie rates load eurofxref-hist.csv")),
        )
    return Finding(say(mark("Exchange rates")), is_fine=True, seen=say(mark("up to %(day)s"), day=last))


def _index(settings: "Settings") -> Finding:
    from network.search.connection import search_connection

    subject = say(mark("Search index"))
    engine = _cluster(settings)
    if engine is not None and not engine.is_fine:
        return engine
    index = search_connection.index
    place = f"{engine.seen}, " if engine else ""
    if not index.is_ready():
        return Finding(
            subject, is_fine=True, seen=place + say(mark("not built yet; the first search builds it"))
        )
    from network.search.drift import look_for_drift

    drift = look_for_drift()
    seen = place + say(mark("%(count)s debtors"), count=index.count())
    if drift.ahead:
        return Finding(
            subject,
            is_fine=False,
            seen=say(
                mark("%(place)s%(count)s debtors are newer there than in the database"),
                place=place,
                count=drift.ahead,
            ),
            mend=say(mark("A dump was restored, it seems. Run: vigie reindex")),
        )
    if drift.behind:
        seen += ", " + say(mark("%(count)s of them not up to date"), count=drift.behind)
        return Finding(
            subject,
            is_fine=True,
            seen=seen,
            mend=say(mark("The worker mends that within the hour; at once: vigie reindex")),
        )
    return Finding(subject, is_fine=True, seen=seen)


def _cluster(settings: "Settings") -> Finding | None:
    """Look at the cluster where there is one."""
    if not settings.search_urls:
        return None
    from network.runtime import open_index
    from network.search.elastic import ElasticIndex

    opened = open_index(settings)
    if not isinstance(opened, ElasticIndex):
        return None
    hosts = ", ".join(
        url.rpartition("@")[2].removeprefix("https://").removeprefix("http://")
        for url in settings.search_urls
    )
    try:
        health = opened.health()
    except NetworkError:
        return Finding(
            say(mark("Search index")),
            is_fine=False,
            seen=say(mark("Elasticsearch at %(hosts)s does not answer"), hosts=hosts),
            mend=say(
                mark(
                    "Profiles and alerts go on. Look at the cluster, VIGIE_SEARCH_URL and the key or password in use."
                )
            ),
        )
    return Finding(
        say(mark("Search index")),
        is_fine=health.status != "red",
        seen=say(
            mark("Elasticsearch at %(hosts)s, %(nodes)s nodes, %(status)s"),
            hosts=hosts,
            nodes=health.nodes,
            status=health.status,
        ),
        mend=""
        if health.status != "red"
        else say(mark("Shards are missing. Mend the cluster, or run: vigie reindex")),
    )
