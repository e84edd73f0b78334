"""Settings: read once, all faults at once, secrets kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from network.errors import SettingsError
from network.settings import SECRETS, Settings


def settings(home: Path, **environ: str) -> Settings:
    return Settings.from_environment({"VIGIE_HOME": str(home), **environ})


def test_without_any_setting_it_is_one_machine_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = Settings.from_environment({})
    assert found.home == tmp_path / "var"
    assert (found.database_url, found.redis_url, found.close_day) == (None, None, None)
    assert (found.port, found.public_url, found.secure_cookies) == (8400, "http://127.0.0.1:8400", False)
    assert (found.languages, found.profile, found.log_level) == (("en", "fr"), "default", "info")


def test_the_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = settings(tmp_path), settings(tmp_path)
    assert len(first.secret_key) >= 32
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert first.secret_key not in repr(first)
    assert settings(tmp_path / "other").secret_key != first.secret_key


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: settings(tmp_path).secret_key, range(8)))
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


FAULTS = {
    "VIGIE_PORT": "0",
    "VIGIE_PROFILE": "loose",
    "VIGIE_LOG_LEVEL": "loud",
    "VIGIE_LANGUAGES": "en,xx",
    "VIGIE_DATABASE_URL": "mysql://db/vigie",
    "VIGIE_REDIS_URL": "memcached://cache",
    "VIGIE_PUBLIC_URL": "vigie.example",
    "VIGIE_SECRET_KEY": "short",
    "VIGIE_CLOSE_DAY": "31",
}


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, **FAULTS)
    assert all(name in str(caught.value) for name in FAULTS)


@pytest.mark.parametrize("name", list(FAULTS))
def test_each_fault_is_found_alone(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings(tmp_path, **{"VIGIE_SECRET_KEY": "x" * 32, name: FAULTS[name]})


def test_a_home_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(SettingsError, match="VIGIE_HOME"):
        settings(tmp_path / "file" / "home")


def test_a_database_of_ones_own_needs_a_secret_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VIGIE_SECRET_KEY"):
        settings(tmp_path, VIGIE_DATABASE_URL="postgresql://db/vigie")
    found = settings(
        tmp_path,
        VIGIE_DATABASE_URL="postgresql://v:p@db:5432/vigie",
        VIGIE_SECRET_KEY="x" * 32,
        VIGIE_CLOSE_DAY="12",
    )
    assert found.database_url == "postgresql+psycopg2://v:p@db:5432/vigie"
    assert found.close_day == 12


@pytest.mark.parametrize(
    ("public", "is_secure"), [("https://vigie.example/", True), ("http://vigie.example", False)]
)
def test_cookies_are_secure_where_readers_come_by_https(
    tmp_path: Path, public: str, *, is_secure: bool
) -> None:
    found = settings(tmp_path, VIGIE_PUBLIC_URL=public)
    assert (found.public_url, found.secure_cookies) == (public.rstrip("/"), is_secure)


def test_the_rate_limiter_reads_the_socket_in_its_own_words(tmp_path: Path) -> None:
    assert settings(tmp_path).limits_url is None
    assert settings(tmp_path, VIGIE_REDIS_URL="redis+socket:///a/b").limits_url == "redis+unix:///a/b"
    assert settings(tmp_path, VIGIE_REDIS_URL="redis://cache/0").limits_url == "redis://cache/0"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    given = {
        "VIGIE_DATABASE_URL": "postgresql://web:p@db/vigie",
        "VIGIE_DATABASE_OWNER_URL": "postgresql://owner:p@db/vigie",
        "VIGIE_REDIS_URL": "redis://queue:6379/0",
        "VIGIE_SECRET_KEY": "x" * 32,
        "VIGIE_KEYS": "cmluZw==",
    }
    for name, value in given.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
    found = settings(tmp_path / "home", **{f"{name}_FILE": str(tmp_path / name) for name in given})
    assert found == settings(tmp_path / "home", **given)
    assert (found.secret_key, found.keys_given) == ("x" * 32, "cmluZw==")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_file_that_cannot_serve_is_a_fault(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    asked = {f"{name}_FILE": str(file)}
    for content, words in ((None, "No such file"), (b"\n", "is empty"), (b"\xff\xfe", "cannot be read")):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingsError, match=f"{name}_FILE .*{words}"):
            settings(tmp_path, **asked)
    with pytest.raises(SettingsError, match=f"{name} is given twice"):
        settings(tmp_path, **asked, **{name: "x" * 32})


def test_a_search_cluster_is_named_with_who_we_are_there(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.write_text("x", encoding="ascii")
    found = Settings.from_environment(
        {
            "VIGIE_HOME": str(tmp_path),
            "VIGIE_SEARCH_URL": "https://vigie:secret@one.example:9200, https://two.example:9200",
            "VIGIE_SEARCH_CA_FILE": str(certificate),
            "VIGIE_SEARCH_API_KEY": "key",
            "VIGIE_SEARCH_PREFIX": "credit-2",
        }
    )
    assert found.search_urls == ("https://vigie:secret@one.example:9200", "https://two.example:9200")
    assert (found.search_ca_file, found.search_api_key, found.search_prefix) == (
        str(certificate),
        "key",
        "credit-2",
    )
    assert "secret" not in repr(found)
    assert Settings.from_environment({"VIGIE_HOME": str(tmp_path)}).search_urls == ()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"VIGIE_SEARCH_URL": "search:9200"}, "VIGIE_SEARCH_URL must be addresses"),
        ({"VIGIE_SEARCH_URL": "http://one:nine"}, "VIGIE_SEARCH_URL must be addresses"),
        ({"VIGIE_SEARCH_API_KEY": "key"}, "VIGIE_SEARCH_API_KEY says nothing without VIGIE_SEARCH_URL"),
        (
            {"VIGIE_SEARCH_URL": "http://one", "VIGIE_SEARCH_CA_FILE": "/nowhere"},
            "/nowhere, which is no file",
        ),
        ({"VIGIE_SEARCH_PREFIX": "*"}, "VIGIE_SEARCH_PREFIX is"),
    ],
)
def test_a_search_cluster_that_cannot_be_is_told(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_environment({"VIGIE_HOME": str(tmp_path), **environ})
