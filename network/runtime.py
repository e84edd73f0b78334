"""One process with its engines up, its database connected and migrated, and its keys at hand."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from network import migrations
from network.embedded import engines
from network.errors import UnavailableError
from network.extensions import database
from network.i18n import mark
from network.keystore import KeyStore, choose_store
from network.search.connection import search_connection
from network.services.sealing_keys import open_keys
from network.settings import Settings

if TYPE_CHECKING:
    from network.search.embedded import EmbeddedIndex


@dataclass(frozen=True, slots=True)
class Runtime:
    """A process that is ready to work. In `settings` the URLs are those of the engines in use."""

    settings: Settings
    database_url: str
    redis_url: str | None


@contextmanager
def started(settings: Settings, *, redis: bool = False) -> Iterator[Runtime]:
    """Yield a runtime: engines started where they are ours, the database at its newest migration, keys open.

    Embedded engines are shared with every other process of the same home and stopped by the last one out.

    Raises:
        UnavailableError: an engine does not answer.
        SettingsError: the keys are missing or damaged although something was sealed with them.
    """
    with ExitStack() as stack:
        database_url, redis_url = settings.database_url, settings.redis_url
        if database_url is None or (redis and redis_url is None):
            ours = stack.enter_context(
                engines.held(
                    settings.home,
                    with_postgres=database_url is None,
                    with_redis=redis and redis_url is None,
                )
            )
            database_url = database_url or ours.database_url
            redis_url = redis_url or ours.redis_url
        if database_url is None:
            raise UnavailableError(mark("No database answers."))
        stack.callback(database.disconnect)
        engine = database.connect(database_url)
        migrations.upgrade(engine)
        search_connection.use(lambda: _open_index(settings))
        open_keys(key_store(settings))
        yield Runtime(
            settings=replace(settings, database_url=database_url, redis_url=redis_url),
            database_url=database_url,
            redis_url=redis_url,
        )


def _open_index(settings: Settings) -> "EmbeddedIndex":
    from network.search.embedded import EmbeddedIndex  # noqa: PLC0415  # tantivy: only who searches or indexes loads it

    return EmbeddedIndex(settings.index)


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
