"""`vigie keys` as its user meets it: keys that are lost, wrong, in the environment, or with a key service."""

import json
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from network.embedded import postgres
from tests.functional import key_load
from tests.functional.conftest import Told, Vigie


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.touch(0o600)
    file.write_text("ivory harbour nettle drum\n", encoding="utf-8")
    return file


def key_ids(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT key_id FROM ledger_page")))


def test_keys_that_are_lost_come_back_from_a_recovery_copy(
    vigie: Vigie, told: Told, installation: Path, passphrase: Path, tmp_path: Path
) -> None:
    copy, file = tmp_path / "recovery.json", installation / "keys" / "keys.json"
    key_load.main("fill", "40")
    assert told("keys", "status")["is_recoverable"] is False
    secret = ("--passphrase-file", str(passphrase))
    written = told("keys", "export-recovery", str(copy), *secret)
    assert told("keys", "status")["is_recoverable"] is True
    file.rename(tmp_path / "lost.json")
    refused = vigie("member", "list")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "lost for ever" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    doctor = told("doctor", code=1)
    assert [finding["subject"] for finding in doctor["findings"] if not finding["is_fine"]] == ["Keys"]
    assert told("keys", "status", code=1)["fault"].startswith("There are no keys in")
    back = told("keys", "import-recovery", str(copy), *secret)
    assert (back["keys"], back["fingerprint"]) == (written["keys"], written["fingerprint"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert vigie("member", "list").returncode == 0
    key_load.main("check", "40")


def test_the_start_names_what_is_wrong_with_a_key_file(vigie: Vigie, installation: Path) -> None:
    key_load.main("fill", "40")
    file = installation / "keys" / "keys.json"
    right = file.read_bytes()

    def refusal() -> str:
        done = vigie("member", "list")
        assert done.returncode == 2
        return done.stderr

    file.chmod(0o644)
    assert "chmod 600" in refusal()
    file.chmod(0o600)
    file.write_bytes(right[:-20])
    assert "damaged" in refusal()
    body = json.loads(right)
    file.write_text(json.dumps({**body, "root": "A" * 43 + "="}))
    assert "another network" in refusal()
    file.write_bytes(right)
    assert vigie("member", "list").returncode == 0


def test_keys_in_the_environment_serve_a_network_without_a_key_file(
    network: Engine, vigie: Vigie, told: Told, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = told("keys", "init", "--print")
    assert "There are no keys" in vigie("member", "list").stderr
    monkeypatch.setenv("VIGIE_KEYS", made["set_vigie_keys"])
    key_load.main("fill", "40")
    assert not (installation / "keys").exists()
    first = told("keys", "rotate", code=1)
    assert key_ids(network) == {made["key"]}
    monkeypatch.setenv("VIGIE_KEYS", first["set_vigie_keys"])
    key_load.main("check", "40")
    second = told("keys", "rotate")
    assert (second["rewrapped"], second["retired"]) == (40, [made["key"]])
    monkeypatch.setenv("VIGIE_KEYS", made["set_vigie_keys"])
    assert f"lack {second['key']}" in vigie("member", "list").stderr
    monkeypatch.setenv("VIGIE_KEYS", second["set_vigie_keys"])
    key_load.main("check", "40")
    status = told("keys", "status")
    assert (status["store"], status["place"]) == ("environment", "VIGIE_KEYS")


def test_a_key_service_wraps_what_is_kept(
    vigie: Vigie, told: Told, installation: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_KEY_WRAPPER", "network.keystore.passphrase:from_environment")
    assert (
        "VIGIE_KEY_WRAPPER" in vigie("member", "list").stderr
        or "passphrase" in vigie("member", "list").stderr
    )
    monkeypatch.setenv("VIGIE_KEYS_PASSPHRASE_FILE", str(passphrase))
    key_load.main("fill", "40")
    (kept,) = (installation / "keys").iterdir()
    assert kept.name == "keys.wrapped"
    assert "root" not in json.loads(kept.read_text())
    assert told("keys", "rotate")["rewrapped"] == 40
    key_load.main("check", "40")
    assert told("keys", "status")["wrapper"] == "passphrase"
    monkeypatch.delenv("VIGIE_KEY_WRAPPER")
    assert "does not fit VIGIE_KEY_WRAPPER" in vigie("member", "list").stderr
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as other:
        other.write("another passphrase altogether")
        other.flush()
        monkeypatch.setenv("VIGIE_KEY_WRAPPER", "network.keystore.passphrase:from_environment")
        monkeypatch.setenv("VIGIE_KEYS_PASSPHRASE_FILE", other.name)
        assert "passphrase does not open the keys" in vigie("member", "list").stderr


def test_keys_change_over_from_a_file_to_a_key_service_to_the_environment(
    vigie: Vigie,
    told: Told,
    installation: Path,
    passphrase: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key_load.main("fill", "40")
    again = ("import-recovery", str(tmp_path / "copy"), "--passphrase-file", str(passphrase))
    told("keys", "export-recovery", *again[1:])
    (installation / "keys" / "keys.json").unlink()
    monkeypatch.setenv("VIGIE_KEYS_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.setenv("VIGIE_KEY_WRAPPER", "network.keystore.passphrase:from_environment")
    told("keys", *again)
    assert [path.name for path in (installation / "keys").iterdir()] == ["keys.wrapped"]
    key_load.main("check", "40")
    (installation / "keys" / "keys.wrapped").unlink()
    monkeypatch.setenv("VIGIE_KEYS", told("keys", *again, "--print")["set_vigie_keys"])
    key_load.main("check", "40")
    status = told("keys", "status")
    assert (status["store"], status["wrapper"]) == ("environment", "passphrase")


def test_a_dump_and_a_recovery_copy_make_the_network_again(
    network: Engine, vigie: Vigie, told: Told, installation: Path, passphrase: Path, tmp_path: Path
) -> None:
    """The steps of docs/operations.md, "Backup"; the dump is from before a rotation and the copy holds both keys."""
    key_load.main("fill", "40")
    secret = ("--passphrase-file", str(passphrase))
    older, dump = tmp_path / "older", tmp_path / "vigie.dump"
    told("keys", "export-recovery", str(older), *secret)
    server = ["-h", str(network.url.query["host"]), "-U", str(network.url.username)]
    subprocess.run([postgres.programs() / "pg_dump", *server, "-Fc", "-f", dump, "vigie"], check=True)
    rotated = told("keys", "rotate")
    restore = [postgres.programs() / "pg_restore", "--clean", "--if-exists", *server, "-d", "vigie", dump]
    subprocess.run(restore, check=True)
    assert f"lack {rotated['retired'][0]}" in vigie("member", "list").stderr
    told("keys", "import-recovery", str(older), *secret)
    key_load.main("check", "40")

    (installation / "keys" / "keys.json").unlink()
    with network.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public AUTHORIZATION vigie_owner"))
    told("keys", "import-recovery", str(older), *secret)
    subprocess.run(restore, check=True)
    key_load.main("check", "40")
    assert told("keys", "rotate")["rewrapped"] == 40


def test_a_passphrase_is_asked_of_people_alone(vigie: Vigie, tmp_path: Path) -> None:
    done = vigie("keys", "export-recovery", str(tmp_path / "copy"))
    assert done.returncode == 2
    assert "--passphrase-file" in done.stderr
    assert not (tmp_path / "copy").exists()


def test_people_are_told_what_to_do_next(vigie: Vigie, passphrase: Path, tmp_path: Path) -> None:
    key_load.main("fill", "40")
    assert "No recovery copy" in vigie("keys", "status").stderr
    rotated = vigie("keys", "rotate").stderr
    assert "40 rows" in rotated
    assert "is retired" in rotated
    assert "export-recovery" in rotated
    secret = ("--passphrase-file", str(passphrase))
    assert "after each rotation" in vigie("keys", "export-recovery", str(tmp_path / "copy"), *secret).stderr
    assert "The copy opens" in vigie("keys", "import-recovery", str(tmp_path / "copy"), *secret).stderr
    assert vigie("keys", "status").stderr.count("\n") == 1
