"""One process with its engines up, its database connected and migrated, and its keys at hand."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from network import migrations
from network.embedded import engines
from network.errors import UnavailableError
from network.extensions import database
from network.i18n import mark
from network.keystore import KeyStore, choose_store
from network.logins import DatabaseRole, check_login
from network.search.connection import search_connection
from network.services.sealing_keys import open_keys
from network.settings import Settings

if TYPE_CHECKING:
    from network.search.port import SearchIndex


@dataclass(frozen=True, slots=True)
class Runtime:
    """A process that is ready to work. In `settings` the URLs are those of the engines in use."""

    settings: Settings
    database_url: str
    redis_url: str | None


@contextmanager
def started(
    settings: Settings,
    *,
    role: DatabaseRole = DatabaseRole.WORKER,
    redis: bool = False,
    with_keys: bool = True,
) -> Iterator[Runtime]:
    """Yield a runtime: engines started where they are ours, the database at its newest migration, keys open.

    `role` is what this process may do in the database. Embedded engines are shared with every other process of the same
    home and stopped by the last one out. Without keys (`with_keys` False) come the commands that mend these.

    Raises:
        UnavailableError: an engine does not answer, or the database waits for a migration that this process may not run.
        KeysError: the keys are missing, damaged or not those of this database.
        SettingsError: the login of the database is not of `role`, or may do more.
    """
    with ExitStack() as stack:
        logins, redis_url = _logins_given(settings), settings.redis_url
        if not logins or (redis and redis_url is None):
            ours = stack.enter_context(
                engines.held(settings.home, with_postgres=not logins, with_redis=redis and redis_url is None)
            )
            logins = logins or ours.logins
            redis_url = redis_url or ours.redis_url
        stack.callback(database.disconnect)
        _connect(logins, role)
        search_connection.use(lambda: open_index(settings), events=_events)
        if with_keys:
            _open_keys(settings, logins, role)
        yield Runtime(
            settings=replace(settings, database_url=logins[role], redis_url=redis_url),
            database_url=logins[role],
            redis_url=redis_url,
        )


def _logins_given(settings: Settings) -> Mapping[DatabaseRole, str]:
    """Return the logins of a server that is not ours; none where it is."""
    if settings.database_url is None:
        return {}
    given = {
        DatabaseRole.OWNER: settings.database_owner_url,
        DatabaseRole.WORKER: settings.database_url,
        DatabaseRole.WEB: settings.database_web_url or settings.database_url,
    }
    return {role: url for role, url in given.items() if url is not None}


def _connect(logins: Mapping[DatabaseRole, str], role: DatabaseRole) -> None:
    """Migrate as the owner, where this machine has its login, and connect as `role`."""
    if DatabaseRole.OWNER in logins:
        migrations.upgrade(database.connect(logins[DatabaseRole.OWNER], pool_size=1))
    if role is DatabaseRole.OWNER:
        return
    with database.connect(logins[role]).connect() as connection:
        check_login(connection, role)
        if migrations.current(connection) != migrations.HEAD:
            raise UnavailableError(
                mark(
                    "The tables of the database are not those of this version. Run any command once where "
                    "VIGIE_DATABASE_OWNER_URL is set, such as: vigie doctor"
                )
            )


def _open_keys(settings: Settings, logins: Mapping[DatabaseRole, str], role: DatabaseRole) -> None:
    """Open the keys; the first ring of an empty network is the worker's to make, even where the pages start first."""
    if role is DatabaseRole.WEB and logins[DatabaseRole.WORKER] != logins[role]:
        database.connect(logins[DatabaseRole.WORKER], pool_size=1)
        open_keys(key_store(settings))
        database.connect(logins[role])
    open_keys(key_store(settings))


def open_index(settings: Settings) -> "SearchIndex":
    """Return the search index that these settings name: a cluster's, or the folder of the home."""
    # Either engine is loaded by who searches or indexes alone: together they take 0.2 s.
    if settings.search_urls:
        from network.search.elastic import Cluster, ElasticIndex  # noqa: PLC0415

        return ElasticIndex(
            Cluster(
                urls=settings.search_urls,
                api_key=settings.search_api_key,
                ca_file=settings.search_ca_file,
                prefix=settings.search_prefix,
            )
        )
    from network.search.embedded import EmbeddedIndex  # noqa: PLC0415

    return EmbeddedIndex(settings.index)


def _events(session: Session, debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[str]]:
    """Tell search what turned about debtors: news is derived above the services, which search is below."""
    from alerts.recent import recent_turns  # noqa: PLC0415  # as above
    from network.search.events import MONTHS  # noqa: PLC0415

    return recent_turns(session, debtor_ids, months=MONTHS)


def join(settings: Settings, *, database_url: str) -> None:
    """Make a child process ready whose parent holds the engines for it."""
    database.connect(database_url, pool_size=1)
    open_keys(key_store(settings))


def key_store(settings: Settings) -> KeyStore:
    """Return the store that these settings name.

    Raises:
        KeysError: they name two, or one that cannot be used.
    """
    return choose_store(settings.key_store, given=settings.keys_given, wrapper=settings.key_wrapper)
