"""The first tables: the network, its sealed ledgers, its releases, and who is told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEALED = ("ledger_page", "match_review", "pipeline_state")


def upgrade() -> None:
    op.create_table(
        "debtor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("legal_form", sa.String(length=40), nullable=True),
        sa.Column("postcode", sa.String(length=12), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True, comment="ISO 3166-1 alpha-2."),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor")),
    )
    op.create_index(op.f("ix_debtor_name"), "debtor", ["name"], unique=False)
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=8), nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_exchange_rate")),
    )
    op.create_table(
        "ledger_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "owner_tag",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="Keyed tag; tells nothing without the keys.",
        ),
        sa.Column(
            "slot_tag",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="Keyed tag; tells nothing without the keys.",
        ),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column(
            "wrapped_key",
            sa.LargeBinary(),
            nullable=False,
            comment="Nonce and data key under the key-encryption key.",
        ),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="Nonce and AES-256-GCM of one padded page."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_page")),
    )
    op.create_index(op.f("ix_ledger_page_owner_tag"), "ledger_page", ["owner_tag"], unique=False)
    op.create_index(op.f("ix_ledger_page_slot_tag"), "ledger_page", ["slot_tag"], unique=False)
    op.create_table(
        "match_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "owner_tag",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="Keyed tag; tells nothing without the keys.",
        ),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_review")),
    )
    op.create_index(op.f("ix_match_review_owner_tag"), "match_review", ["owner_tag"], unique=False)
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False, comment="Economic group."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("name", name=op.f("uq_member_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "pipeline_state",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="Month, YYYY-MM."),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_state")),
    )
    op.create_index(op.f("ix_pipeline_state_epoch"), "pipeline_state", ["epoch"], unique=False)
    op.create_table(
        "release_epoch",
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="Month, YYYY-MM."),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "profile", sa.String(length=20), nullable=False, comment="Name of the parameter profile in force."
        ),
        sa.Column("debtors", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column(
            "log_size", sa.BigInteger(), nullable=False, comment="Leaves of the Merkle log after this epoch."
        ),
        sa.Column(
            "log_frontier",
            sa.LargeBinary(),
            nullable=False,
            comment="Roots of the full subtrees, 32 bytes each, largest first: enough to append.",
        ),
        sa.Column("log_root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_release_epoch")),
    )
    op.create_table(
        "debtor_identifier",
        sa.Column("scheme", sa.String(length=12), nullable=False),
        sa.Column(
            "value", sa.String(length=40), nullable=False, comment="Compact; registration as CC:NUMBER."
        ),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('siren', 'vat', 'lei', 'registration')", name=op.f("ck_debtor_identifier_scheme")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_debtor_identifier_debtor_id_debtor")
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_debtor_identifier")),
    )
    op.create_index("ix_debtor_identifier_debtor_id", "debtor_identifier", ["debtor_id"], unique=False)
    op.create_index(
        "uq_debtor_identifier_siren",
        "debtor_identifier",
        ["debtor_id"],
        unique=True,
        postgresql_where="scheme = 'siren'",
    )
    op.create_table(
        "debtor_spelling",
        sa.Column(
            "spelling", sa.String(length=300), nullable=False, comment="Normalised, without legal form."
        ),
        sa.Column(
            "area",
            sa.String(length=12),
            nullable=False,
            comment="CC:department or CC:postcode; '' if unknown.",
        ),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("confirmations", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_debtor_spelling_debtor_id_debtor")
        ),
        sa.PrimaryKeyConstraint("spelling", "area", "debtor_id", name=op.f("pk_debtor_spelling")),
    )
    op.create_index("ix_debtor_spelling_debtor_id", "debtor_spelling", ["debtor_id"], unique=False)
    op.create_table(
        "release",
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="Month, YYYY-MM."),
        sa.Column("leaf", sa.BigInteger(), nullable=False, comment="Its place in the Merkle log."),
        sa.Column(
            "payment_index",
            sa.SmallInteger(),
            nullable=False,
            comment="As in body; for facets and portfolios.",
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="Canonical JSON of the released values."),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_release_debtor_id_debtor")),
        sa.PrimaryKeyConstraint("debtor_id", "epoch", name=op.f("pk_release")),
    )
    op.create_index("ix_release_epoch", "release", ["epoch"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False, comment="Argon2id."),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role IN ('credit_manager', 'subscriber', 'moderator', 'operator')", name=op.f("ck_user_role")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_user_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_index(op.f("ix_user_member_id"), "user", ["member_id"], unique=False)
    op.create_table(
        "news",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="Month, YYYY-MM."),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Released values before and after, nothing else.",
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_news_debtor_id_debtor")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_news_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "debtor_id", "epoch", "rule", name=op.f("pk_news")),
    )
    op.create_index("ix_news_user_id_epoch", "news", ["user_id", "epoch"], unique=False)
    op.create_table(
        "watch",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_watch_debtor_id_debtor")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_watch_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "debtor_id", name=op.f("pk_watch")),
    )
    op.create_index("ix_watch_debtor_id", "watch", ["debtor_id"], unique=False)

    for table in SEALED:  # ciphertext does not compress: trying costs time and gains nothing
        op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")
        op.execute(
            f"ALTER TABLE {table} SET (toast_tuple_target = 8160)"
        )  # a page is one block, not five pieces


def downgrade() -> None:
    op.drop_index("ix_watch_debtor_id", table_name="watch")
    op.drop_table("watch")
    op.drop_index("ix_news_user_id_epoch", table_name="news")
    op.drop_table("news")
    op.drop_index(op.f("ix_user_member_id"), table_name="user")
    op.drop_table("user")
    op.drop_index("ix_release_epoch", table_name="release")
    op.drop_table("release")
    op.drop_index("ix_debtor_spelling_debtor_id", table_name="debtor_spelling")
    op.drop_table("debtor_spelling")
    op.drop_index(
        "uq_debtor_identifier_siren", table_name="debtor_identifier", postgresql_where="scheme = 'siren'"
    )
    op.drop_index("ix_debtor_identifier_debtor_id", table_name="debtor_identifier")
    op.drop_table("debtor_identifier")
    op.drop_table("release_epoch")
    op.drop_index(op.f("ix_pipeline_state_epoch"), table_name="pipeline_state")
    op.drop_table("pipeline_state")
    op.drop_table("outbox")
    op.drop_table("member")
    op.drop_index(op.f("ix_match_review_owner_tag"), table_name="match_review")
    op.drop_table("match_review")
    op.drop_index(op.f("ix_ledger_page_slot_tag"), table_name="ledger_page")
    op.drop_index(op.f("ix_ledger_page_owner_tag"), table_name="ledger_page")
    op.drop_table("ledger_page")
    op.drop_table("exchange_rate")
    op.drop_table("debtor")
