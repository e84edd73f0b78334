"""What an installation may set, read once from the environment: all faults are told at once, or none."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from network.errors import SettingsError
from network.i18n import LANGUAGES, console_language, mark, translate

PROFILES = ("default", "trade")
LOG_LEVELS = ("debug", "info", "warning", "error")
_SECRET_LENGTH = 32
_LAST_PORT = 65_535
_SEARCH_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LAST_CLOSE_DAY = 28  # every month has one

SECRETS = (
    "VIGIE_DATABASE_URL",
    "VIGIE_DATABASE_WEB_URL",
    "VIGIE_DATABASE_OWNER_URL",
    "VIGIE_REDIS_URL",
    "VIGIE_SEARCH_URL",
    "VIGIE_SEARCH_API_KEY",
    "VIGIE_SECRET_KEY",
    "VIGIE_KEYS",
)
"""What may also stand in a file that `NAME_FILE` names, as container engines hand over secrets: unlike a variable, no
list of processes or description of a container shows it."""


class _Faults:
    """All that is wrong, each as a sentence for the console: settings are read nowhere else."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, message: str, **values: object) -> None:
        self.sentences.append(translate(message, console_language(), **values))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process.

    `database_url` and `redis_url` are None where the engines are ours to start (one machine). `database_url` is the login
    of this process; `database_web_url` that of the pages, where they share an environment with other processes;
    `search_urls` are the nodes of a search cluster, empty where the index is ours. `database_owner_url` that of the migrations, where this machine may run them. `home` holds all that
    such an installation keeps. `profile` names the privacy parameters in force. `close_day` is the day
    of the month on which the scheduler closes the month before; None where the operator does it by hand. `keys_given` is
    the key ring where the environment holds it, `key_wrapper` names who wraps it (docs/operations.md, "Keys").
    """

    home: Path
    secret_key: str = field(repr=False)
    database_url: str | None = None
    database_web_url: str | None = None
    database_owner_url: str | None = None
    redis_url: str | None = None
    search_urls: tuple[str, ...] = field(default=(), repr=False)
    search_api_key: str | None = field(default=None, repr=False)
    search_ca_file: str | None = None
    search_prefix: str = "vigie"
    host: str = "127.0.0.1"
    port: int = 8400
    public_url: str = "http://127.0.0.1:8400"
    languages: tuple[str, ...] = LANGUAGES
    profile: str = "default"
    close_day: int | None = None
    log_level: str = "info"
    keys_given: str | None = field(default=None, repr=False)
    key_wrapper: str | None = None

    @property
    def key_store(self) -> Path:
        """Folder of the key store: the keys that open the private ledgers."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        """Folder of the logs of every process."""
        return self.home / "log"

    @property
    def index(self) -> Path:
        """Folder of the embedded search index."""
        return self.home / "index"

    @property
    def secure_cookies(self) -> bool:
        """Whether readers come by HTTPS, so that cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def reachable_host(self) -> str:
        """The host under which this machine itself reaches its pages."""
        return _reachable(self.host)

    @property
    def limits_url(self) -> str | None:
        """`redis_url` in the form that the rate limiter reads."""
        return self.redis_url and self.redis_url.replace("redis+socket://", "redis+unix://", 1)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` asks for; makes the home folder and its secret key where missing.

        Raises:
            SettingsError: something is wrong; the message lists every fault.
        """
        faults = _Faults()
        environ = _with_files(environ, faults)
        home = Path(environ.get("VIGIE_HOME") or "var").expanduser().absolute()
        database_url = _database_url(environ, "VIGIE_DATABASE_URL", faults)
        redis_url = _redis_url(environ, faults)
        port = _port(environ, faults)
        host = environ.get("VIGIE_HOST", "127.0.0.1")
        settings = cls(
            home=home,
            database_url=database_url,
            database_web_url=_database_url(environ, "VIGIE_DATABASE_WEB_URL", faults),
            database_owner_url=_database_url(environ, "VIGIE_DATABASE_OWNER_URL", faults),
            redis_url=redis_url,
            search_urls=_search_urls(environ, faults),
            search_api_key=_beside_search(environ, "VIGIE_SEARCH_API_KEY", faults),
            search_ca_file=_beside_search(environ, "VIGIE_SEARCH_CA_FILE", faults),
            search_prefix=_search_prefix(environ, faults),
            host=host,
            port=port,
            public_url=_public_url(environ, f"http://{_reachable(host)}:{port}", faults),
            languages=_languages(environ, faults),
            profile=_one_of(environ, "VIGIE_PROFILE", PROFILES, "default", faults),
            close_day=_close_day(environ, faults),
            log_level=_one_of(environ, "VIGIE_LOG_LEVEL", LOG_LEVELS, "info", faults),
            keys_given=environ.get("VIGIE_KEYS") or None,
            key_wrapper=environ.get("VIGIE_KEY_WRAPPER") or None,
            secret_key=_secret_key(environ, home, faults, is_embedded=database_url is None),
        )
        if faults.sentences:
            raise SettingsError(
                mark("This installation cannot start: %(faults)s"), faults=" ".join(faults.sentences)
            )
        return settings


def _with_files(environ: Mapping[str, str], faults: _Faults) -> dict[str, str]:
    """Return `environ` with each secret that is given by a file in the place of its variable."""
    found = dict(environ)
    for name in SECRETS:
        file = environ.get(f"{name}_FILE")
        if not file:
            continue
        if environ.get(name):
            faults.add(mark("%(name)s is given twice: by itself and by %(name)s_FILE. Keep one."), name=name)
            continue
        try:
            found[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            faults.add(
                mark("%(name)s_FILE %(file)s cannot be read (%(why)s)."), name=name, file=file, why=why
            )
            continue
        if not found[name]:
            faults.add(mark("%(name)s_FILE %(file)s is empty."), name=name, file=file)
    return found


def _reachable(host: str) -> str:
    """Return the host that a person types for a server that listens on `host`."""
    return "127.0.0.1" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104  # compared, not bound


def _one_of(
    environ: Mapping[str, str], name: str, known: tuple[str, ...], default: str, faults: _Faults
) -> str:
    value = environ.get(name, default)
    if value not in known:
        faults.add(
            mark("%(name)s is “%(value)s”; use one of %(known)s."),
            name=name,
            value=value,
            known=", ".join(known),
        )
    return value


def _port(environ: Mapping[str, str], faults: _Faults) -> int:
    text = environ.get("VIGIE_PORT", "8400")
    if text.isdecimal() and 0 < int(text) <= _LAST_PORT:
        return int(text)
    faults.add(mark("VIGIE_PORT is “%(value)s”; use a number from 1 to 65535."), value=text)
    return 0


def _close_day(environ: Mapping[str, str], faults: _Faults) -> int | None:
    text = environ.get("VIGIE_CLOSE_DAY")
    if not text:
        return None
    if text.isdecimal() and 0 < int(text) <= _LAST_CLOSE_DAY:
        return int(text)
    faults.add(mark("VIGIE_CLOSE_DAY is “%(value)s”; use a day of the month from 1 to 28."), value=text)
    return None


def _database_url(environ: Mapping[str, str], name: str, faults: _Faults) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    if name != "VIGIE_DATABASE_URL" and not environ.get("VIGIE_DATABASE_URL"):
        faults.add(mark("%(name)s says nothing without VIGIE_DATABASE_URL."), name=name)
    scheme, found, rest = text.partition("://")
    if not found or scheme not in {"postgresql", "postgres", "postgresql+psycopg2"}:
        faults.add(mark("%(name)s must start with postgresql://."), name=name)
    return f"postgresql+psycopg2://{rest}"


def _redis_url(environ: Mapping[str, str], faults: _Faults) -> str | None:
    text = environ.get("VIGIE_REDIS_URL")
    if text and urlsplit(text).scheme not in {"redis", "rediss", "redis+socket"}:
        faults.add(mark("VIGIE_REDIS_URL must start with redis://, rediss:// or redis+socket://."))
    return text or None


def _search_urls(environ: Mapping[str, str], faults: _Faults) -> tuple[str, ...]:
    """Return the addresses of the nodes of a search cluster; none where the index is ours."""
    urls = tuple(part.strip() for part in environ.get("VIGIE_SEARCH_URL", "").split(",") if part.strip())
    try:
        is_fine = all(
            (parts := urlsplit(url)).scheme in {"http", "https"} and parts.hostname and parts.port != 0
            for url in urls
        )
    except ValueError:  # a port that is no number
        is_fine = False
    if not is_fine:
        faults.add(
            mark(
                "VIGIE_SEARCH_URL must be addresses of Elasticsearch with commas between, such as https://search.example:9200."
            )
        )
    return urls if is_fine else ()


def _beside_search(environ: Mapping[str, str], name: str, faults: _Faults) -> str | None:
    """Return a setting that says nothing without a search cluster."""
    value = environ.get(name) or None
    if value and not environ.get("VIGIE_SEARCH_URL"):
        faults.add(mark("%(name)s says nothing without VIGIE_SEARCH_URL."), name=name)
    elif name.endswith("_FILE") and value and not Path(value).is_file():
        faults.add(mark("%(name)s names %(value)s, which is no file."), name=name, value=value)
    return value


def _search_prefix(environ: Mapping[str, str], faults: _Faults) -> str:
    text = environ.get("VIGIE_SEARCH_PREFIX") or "vigie"
    if not _SEARCH_PREFIX.fullmatch(text):
        faults.add(
            mark(
                "VIGIE_SEARCH_PREFIX is “%(value)s”; use small letters, digits and hyphens, a letter first."
            ),
            value=text,
        )
    return text


def _public_url(environ: Mapping[str, str], default: str, faults: _Faults) -> str:
    text = environ.get("VIGIE_PUBLIC_URL") or default
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        faults.add(
            mark("VIGIE_PUBLIC_URL must be the address that readers type, such as https://vigie.example.")
        )
    return text.rstrip("/")


def _languages(environ: Mapping[str, str], faults: _Faults) -> tuple[str, ...]:
    text = environ.get("VIGIE_LANGUAGES")
    if not text:
        return LANGUAGES
    chosen = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [language for language in chosen if language not in LANGUAGES]
    if unknown or not chosen:
        faults.add(
            mark("VIGIE_LANGUAGES is “%(value)s”; known languages are %(known)s."),
            value=text,
            known=", ".join(LANGUAGES),
        )
    return chosen


def _secret_key(environ: Mapping[str, str], home: Path, faults: _Faults, *, is_embedded: bool) -> str:
    given = environ.get("VIGIE_SECRET_KEY")
    if given is not None:
        if len(given) < _SECRET_LENGTH:
            faults.add(
                mark("VIGIE_SECRET_KEY is shorter than %(length)s characters; make a long random one."),
                length=_SECRET_LENGTH,
            )
        return given
    if not is_embedded:
        faults.add(
            mark(
                "VIGIE_SECRET_KEY is missing; with a database of your own, every process needs the same one."
            )
        )
        return ""
    try:
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        return _kept_secret(home / "secret_key")
    except OSError as error:
        faults.add(
            mark("VIGIE_HOME %(home)s cannot be used (%(why)s); name a folder that you may write to."),
            home=home,
            why=error.strerror,
        )
        return ""


def _kept_secret(path: Path) -> str:
    """Return the secret in `path`; the first process makes it, all others read the same one."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        with os.fdopen(
            os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was quicker: its secret is the one
            path.hardlink_to(made)
        made.unlink()
    return path.read_text(encoding="ascii").strip()
