"""The release log: its tiles, its signed heads, and what each epoch was closed by."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from anonymization.ledger_log import leaf_hash
from anonymization.log_tiles import TiledLog

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"
TABLES = ("release_manifest", "log_tile", "log_head")


def upgrade() -> None:
    op.create_table(
        "release_manifest",
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="Month, YYYY-MM."),
        sa.Column("leaf", sa.BigInteger(), nullable=False, comment="Its place in the Merkle log."),
        sa.Column(
            "body",
            sa.Text(),
            nullable=False,
            comment="Canonical JSON: epoch, profile, digest of parameters, range.",
        ),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_release_manifest")),
    )
    tile = op.create_table(
        "log_tile",
        sa.Column(
            "level",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0 holds leaves, t subtrees of 256^t.",
        ),
        sa.Column(
            "index", sa.BigInteger(), autoincrement=False, nullable=False, comment="Its place on the level."
        ),
        sa.Column(
            "width",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="How many hashes, 1 to 256.",
        ),
        sa.Column(
            "hashes", sa.LargeBinary(), nullable=False, comment="32 bytes each, from the tile's first on."
        ),
        sa.PrimaryKeyConstraint("level", "index", "width", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_head",
        sa.Column("day", sa.Date(), nullable=False, comment="Of the signature; never a time of day."),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="The signed note, as readers keep it."),
        sa.Column(
            "key",
            sa.String(length=200),
            nullable=False,
            comment="The public key that verifies it: name+id+base64.",
        ),
        sa.PrimaryKeyConstraint("day", "size", name=op.f("pk_log_head")),
    )
    op.execute("ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL")  # hashes do not compress
    for row in _tiles_of_what_was_released(op.get_bind()):
        op.bulk_insert(tile, [row])
    for table in TABLES:  # the worker adds rows, all read them, and nobody changes one or takes one away
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_ROLE USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY worker_all ON {table} TO {WORKER} USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY web_select ON {table} FOR SELECT TO {WEB} USING (true)")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {WORKER}")
        op.execute(f"GRANT SELECT ON {table} TO {WEB}")


def _tiles_of_what_was_released(connection: sa.Connection) -> Iterator[dict[str, object]]:
    """Yield the tiles of the log as each close would have written them."""
    log = TiledLog()
    epochs = connection.execute(sa.text("SELECT epoch FROM release_epoch ORDER BY epoch")).scalars().all()
    for epoch in epochs:
        bodies = connection.execute(
            sa.text("SELECT body FROM release WHERE epoch = :epoch ORDER BY leaf"), {"epoch": epoch}
        ).scalars()
        log, tiles = log.append([leaf_hash(body.encode()) for body in bodies])
        for each in tiles:
            yield {"level": each.level, "index": each.index, "width": each.width, "hashes": each.hashes}


def downgrade() -> None:
    op.drop_table("log_head")
    op.drop_table("log_tile")
    op.drop_table("release_manifest")
