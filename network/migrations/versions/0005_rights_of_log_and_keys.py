"""What each role may do with the tables of the release log and of the sealing keys; see migration 0002."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"

GRANTS: dict[str, tuple[str, str]] = {  # table: (web, worker); every row is for every reader
    "sealing_key": ("SELECT", "SELECT, INSERT, UPDATE, DELETE"),
}


def upgrade() -> None:
    for table, (web, worker) in GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_ROLE USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY worker_all ON {table} TO {WORKER} USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY web_select ON {table} FOR SELECT TO {WEB} USING (true)")
        op.execute(f"GRANT {worker} ON {table} TO {WORKER}")
        op.execute(f"GRANT {web} ON {table} TO {WEB}")


def downgrade() -> None:
    for table in GRANTS:
        for policy in ("web_select", "worker_all", "owner_all"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM {WEB}, {WORKER}")
