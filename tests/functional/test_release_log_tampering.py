"""Nothing in the log of releases is changed unseen: the tests change it as the superuser, whom no right stops."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from anonymization.ledger_log import leaf_hash
from anonymization.log_heads import LogKey
from anonymization.log_tiles import TiledLog
from anonymization.parameters import DEFAULT
from network.errors import ConflictError
from network.keystore import keys
from network.models import LogHead, LogTile, Release, ReleaseEpoch, ReleaseManifest
from network.permissions import operator_at_console
from network.services.log_proofs import newest_head
from network.services.log_verification import verify_log
from network.services.release_log import append_epoch, sign_daily_head
from network.transaction import unit_of_work
from tests.factories.release_log import EPOCHS, PER_MONTH, fill_log
from tests.factories.releases import DAY

OPERATOR = operator_at_console()

Tamper = Callable[[Engine], None]


def run(*statements: str) -> Tamper:
    """Return what runs these statements as the superuser, whom no right keeps from anything."""

    def tamper(engine: Engine) -> None:
        with engine.begin() as connection:
            for statement in statements:
                assert connection.execute(text(statement)).rowcount, statement

    return tamper


def rewrite_everything(engine: Engine) -> None:
    """Change a body and make root, frontier, tiles and manifests fit: all that can be done without the signing key."""
    with Session(engine) as session:
        held = session.scalars(select(Release).order_by(Release.leaf)).all()
        held[7].body = held[7].body.replace('"currency":"EUR"', '"currency":"USD"')
        session.query(LogTile).delete()
        log = TiledLog()
        manifests = {row.epoch: row.body for row in session.scalars(select(ReleaseManifest))}
        for epoch in session.scalars(select(ReleaseEpoch).order_by(ReleaseEpoch.epoch)):
            bodies = [row.body for row in held if row.epoch == epoch.epoch] + [manifests[epoch.epoch]]
            log, tiles = log.append([leaf_hash(body.encode()) for body in bodies])
            epoch.log_root, epoch.log_frontier = log.compact().root, log.compact().to_bytes()
            session.add_all(
                LogTile(level=each.level, index=each.index, width=each.width, hashes=each.hashes)
                for each in tiles
            )
        session.commit()


def rewrite_and_sign_with_another_key(engine: Engine) -> None:
    rewrite_everything(engine)
    forger = LogKey(bytes(32), LogKey.derived(keys.ring.root).origin)
    with Session(engine) as session:
        roots = {row.log_size: row.log_root for row in session.scalars(select(ReleaseEpoch))}
        for head in session.scalars(select(LogHead)):
            head.root = roots[head.size]
            head.note = forger.sign(size=head.size, root=head.root, day=head.day)
            head.key = str(forger.verifier)
        session.commit()


TAMPERINGS: dict[str, tuple[Tamper, str]] = {
    "a figure": (
        run("UPDATE release SET body = replace(body, '\"EUR\"', '\"USD\"') WHERE leaf = 7"),
        "2026-06: a body was changed, or the root: they do not belong together.",
    ),
    "the index beside the body": (
        run("UPDATE release SET payment_index = payment_index + 1 WHERE leaf = 7"),
        "2026-06, leaf 7: the body is not that of its row",
    ),
    "a release taken away": (
        run("DELETE FROM release WHERE leaf = 7"),
        "2026-06: leaf 7 of the log is missing or stands elsewhere.",
    ),
    "the last release taken away": (
        run("DELETE FROM release WHERE leaf = 299"),
        "2026-06: 299 releases are stored, and 300 were published.",
    ),
    "a release moved to another month": (
        run("UPDATE release SET epoch = '2026-01' WHERE leaf = 7"),
        "leaf 7",
    ),
    "a release of a month that was never closed": (
        run(
            "INSERT INTO release SELECT debtor_id, '2026-01', 9999, payment_index, body FROM release WHERE leaf = 7"
        ),
        "a month that was never closed",
    ),
    "two releases swapped": (
        run(
            "UPDATE release SET leaf = CASE leaf WHEN 7 THEN 8 ELSE 7 END WHERE leaf IN (7, 8)",
        ),
        "2026-06: a body was changed, or the root",
    ),
    "two bodies swapped": (
        run(
            "UPDATE release SET body = other.body FROM release AS other WHERE release.leaf IN (7, 8) AND other.leaf = 15 - release.leaf"
        ),
        "leaf 7: the body is not that of its row",
    ),
    "the root": (
        run("UPDATE release_epoch SET log_root = sha256('x') WHERE epoch = '2026-07'"),
        "2026-07: a body was changed, or the root",
    ),
    "the frontier": (
        run("UPDATE release_epoch SET log_frontier = set_byte(log_frontier, 20, 7) WHERE epoch = '2026-07'"),
        "2026-07: a body was changed, or the root",
    ),
    "the size": (
        run("UPDATE release_epoch SET log_size = log_size + 1 WHERE epoch = '2026-07'"),
        "2026-07: the log has 602 leaves after it, and 603 are stored.",
    ),
    "a hash of the tree": (
        run(
            "UPDATE log_tile SET hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5)) WHERE level = 1 AND width = 1"
        ),
        "2026-06: a stored hash of the tree was changed or is missing.",
    ),
    "a hash too many": (
        run("INSERT INTO log_tile VALUES (3, 0, 1, sha256('x'))"),
        "Hashes of the tree are stored that no release gives.",
    ),
    "the rules of a month": (
        run(
            "UPDATE release_manifest SET body = replace(body, '\"default\"', '\"trade\"') WHERE epoch = '2026-07'"
        ),
        "2026-07: its manifest was changed.",
    ),
    "the parameters of a month": (
        run(
            "UPDATE release_manifest SET body = regexp_replace(body, '\"parameters\":\".', '\"parameters\":\"x') WHERE epoch = '2026-07'"
        ),
        "2026-07: a body was changed",
    ),
    "a manifest taken away": (
        run("DELETE FROM release_manifest WHERE epoch = '2026-07'"),
        "2026-07: its manifest is missing.",
    ),
    "a forged head": (
        run("UPDATE log_head SET note = replace(note, 'day 2026', 'day 2027') WHERE size = 602"),
        "Head 2026-11-22.602: it was not signed by the key of this log.",
    ),
    "a head that is no note": (
        run("UPDATE log_head SET note = 'x' WHERE size = 602"),
        "Head 2026-11-22.602: it was not signed by the key of this log.",
    ),
    "a head under another name": (
        run("UPDATE log_head SET day = day - 1 WHERE size = 602"),
        "Head 2026-11-21.602: the row is not what was signed.",
    ),
    "a head taken away": (
        run("DELETE FROM log_head WHERE size = 602"),
        "2026-07: the head that was signed at its close is missing.",
    ),
    "everything but the heads": (
        rewrite_everything,
        "Head 2026-11-21.301: it was signed over another log. A release up to leaf 300 was changed afterwards.",
    ),
    "everything, signed by another key": (
        rewrite_and_sign_with_another_key,
        "Head 2026-11-21.301: it was not signed by the key of this log.",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_found_and_named(committed_database: Engine, what: str) -> None:
    fill_log()
    held = verify_log(OPERATOR)
    assert (held.fault, held.epochs, held.leaves, held.heads) == (None, 4, 4 * (PER_MONTH + 1), 4)
    tamper, sentence = TAMPERINGS[what]
    tamper(committed_database)
    found = verify_log(OPERATOR)
    assert found.fault is not None
    assert sentence in found.fault % found.values


def test_a_history_rewritten_with_the_key_is_found_by_a_head_that_was_kept(
    committed_database: Engine,
) -> None:
    """The operator can do this; a member who kept a head sees it."""
    fill_log()
    kept = newest_head(OPERATOR)
    assert kept is not None
    assert verify_log(OPERATOR, kept=kept.note).fault is None
    rewrite_everything(committed_database)
    key = LogKey.derived(keys.ring.root)
    with Session(committed_database) as session:
        roots = {row.log_size: row.log_root for row in session.scalars(select(ReleaseEpoch))}
        for head in session.scalars(select(LogHead)):
            head.root = roots[head.size]
            head.note = key.sign(size=head.size, root=head.root, day=head.day)
        session.commit()
    assert verify_log(OPERATOR).fault is None
    found = verify_log(OPERATOR, kept=kept.note)
    assert found.fault is not None
    assert "does not continue the head that was kept" in found.fault


def test_a_head_that_is_none_is_told_apart(session: Session) -> None:
    fill_log(EPOCHS[:1], count=3)
    found = verify_log(OPERATOR, kept="Dear operator,\n")
    assert found.fault is not None
    assert "not signed" in found.fault


@pytest.mark.parametrize("what", ["the root", "a hash of the tree", "the size"])
def test_nothing_is_added_to_a_log_that_was_changed(committed_database: Engine, what: str) -> None:
    statements = {
        "the root": "UPDATE release_epoch SET log_root = sha256('x') WHERE epoch = '2026-07'",
        "the size": "UPDATE release_epoch SET log_size = log_size - 1 WHERE epoch = '2026-07'",
        "a hash of the tree": "UPDATE log_tile SET hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5)) WHERE index = 2",
    }
    fill_log(EPOCHS[:2])
    run(statements[what])(committed_database)
    with pytest.raises(ConflictError, match="verify"), unit_of_work() as session:
        append_epoch(session, epoch="2026-08", bodies=["{}"], parameters=DEFAULT)


def test_no_head_is_signed_that_does_not_continue_the_last(committed_database: Engine) -> None:
    """Not even where root, frontier and tiles agree with each other: the log's own rule, not that of its storage."""
    fill_log(EPOCHS[:2])
    rewrite_everything(committed_database)
    with pytest.raises(ConflictError, match="verify"):
        sign_daily_head(OPERATOR, today=DAY + timedelta(days=30))
