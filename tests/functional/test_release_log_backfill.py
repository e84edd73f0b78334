"""A network that published before there were tiles, manifests and heads gets its log, and goes on with it."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from anonymization.ledger_log import CompactRange, is_included, leaf_hash
from network import migrations
from network.extensions import database
from network.logins import DatabaseRole
from network.permissions import operator_at_console
from network.services.log_proofs import logged_months, release_proof
from network.services.log_verification import verify_log
from network.services.release_log import sign_daily_head
from tests.databases import login, make_empty
from tests.factories.releases import DAY, DEBTOR, body_of, close_month, released

OPERATOR = operator_at_console()
DEBTORS = sorted(uuid.UUID(int=number + 1) for number in range(300))
POINTS = released("2026-07").payment_index[1]
EPOCHS = ("2026-07", "2026-08")


@pytest.fixture
def older_network(
    _postgres: Engine, _keys: None, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Two months of 300 releases in the tables as they were at first, brought up to date afterwards."""
    name = f"vigie_backfill_{worker_id}"
    server = create_engine(_postgres.url, isolation_level="AUTOCOMMIT")
    url = _postgres.url.set(database=name)
    with server.connect() as connection:
        make_empty(connection, _postgres.url.render_as_string(hide_password=False), name)
    owner, worker = (create_engine(login(url, role)) for role in (DatabaseRole.OWNER, DatabaseRole.WORKER))
    migrations.upgrade(owner, revision="0001")
    fill(owner)
    migrations.upgrade(owner)
    monkeypatch.setattr(database, "_engine", worker)
    yield
    for engine in (owner, worker):
        engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def fill(owner: Engine) -> None:
    log = CompactRange()
    with owner.begin() as connection:
        connection.execute(
            text("INSERT INTO debtor (id, name, is_listed, version) VALUES (:id, 'x', true, 1)"),
            [{"id": debtor} for debtor in (*DEBTORS, DEBTOR)],
        )
        for epoch in EPOCHS:
            bodies = [body_of(released(epoch, debtor=debtor)) for debtor in DEBTORS]
            connection.execute(
                text("INSERT INTO release VALUES (:debtor, :epoch, :leaf, :points, :body)"),
                [
                    {"debtor": debtor, "epoch": epoch, "leaf": leaf, "points": POINTS, "body": body}
                    for leaf, (debtor, body) in enumerate(zip(DEBTORS, bodies, strict=True), log.size)
                ],
            )
            log = log.append(leaf_hash(body.encode()) for body in bodies)
            connection.execute(
                text(
                    "INSERT INTO release_epoch (epoch, profile, debtors, published, withheld, log_size, log_root, "
                    "log_frontier) VALUES (:epoch, 'default', 300, 300, 0, :size, :root, :frontier)"
                ),
                {"epoch": epoch, "size": log.size, "root": log.root, "frontier": log.to_bytes()},
            )


def test_what_was_published_before_is_in_the_log_and_under_the_first_head(older_network: None) -> None:
    assert verify_log(OPERATOR).fault is None
    assert sign_daily_head(OPERATOR, today=DAY)
    proof = release_proof(OPERATOR, debtor_id=DEBTORS[299], epoch="2026-07")
    assert (proof.leaf, proof.head.size) == (299, 600)
    assert is_included(leaf_hash(proof.body.encode()), 299, 600, proof.path, proof.head.root)


def test_the_next_close_goes_on_where_the_old_log_ended(older_network: None) -> None:
    close_month("2026-09", released("2026-09"))
    found = verify_log(OPERATOR)
    assert (found.fault, found.leaves, found.heads) == (None, 602, 1)
    newest, *older = logged_months(OPERATOR)
    assert newest.parameters is not None
    assert [month.parameters for month in older] == [None, None]
