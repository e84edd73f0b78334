"""Three roles, and row security forced on every table: what each role may do, and which rows it may see.

The settings that the policies read are those of :mod:`network.transaction`. A pooled connection gives '' and not NULL
for a setting after its first use, therefore NULLIF. A setting is compared as it is: a subquery around it would be
planned in every statement, which costs more than to read it again for the few rows of a page. The reasons are in
docs/decisions/0085.
"""

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"

GRANTS: dict[str, tuple[str, str]] = {  # table: (web, worker)
    "debtor": ("SELECT, INSERT, UPDATE (version), DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "debtor_identifier": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "debtor_spelling": (
        "SELECT, INSERT, UPDATE (confirmations)",
        "SELECT, INSERT, UPDATE, DELETE, MAINTAIN",
    ),
    "exchange_rate": ("", "SELECT, INSERT, UPDATE"),
    "ledger_page": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "match_review": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "member": ("SELECT", "SELECT, INSERT, UPDATE"),
    "news": ("SELECT, UPDATE (read_at)", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "outbox": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "pipeline_state": ("", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "release": ("SELECT", "SELECT, INSERT"),
    "release_epoch": ("SELECT", "SELECT, INSERT"),
    "user": ("SELECT, INSERT, UPDATE (locale, password_hash)", "SELECT, INSERT, UPDATE"),
    "watch": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
}

_UNLISTED = "current_setting('app.unlisted', true) = 'on'"
_USER = "NULLIF(current_setting('app.user', true), '')::uuid"
_EMAIL = "NULLIF(current_setting('app.email', true), '')"
_GROUP = "NULLIF(current_setting('app.group', true), '')::uuid"
_OWNER = "decode(NULLIF(current_setting('app.owner', true), ''), 'hex')"
_AFFILIATES = "(string_to_array(current_setting('app.affiliates', true), ',')::bytea[])"
_WRITTEN_JUST_NOW = "xmin = pg_current_xact_id_if_assigned()::xid"
_SELF = f"(id = {_USER} OR email = {_EMAIL})"
_OWN_MEMBER = f'SELECT member_id FROM "user" WHERE {_SELF}'  # noqa: S608  # our own names

POLICIES: tuple[tuple[str, str, str, str], ...] = (  # table, command, USING, WITH CHECK; all for the web role
    ("debtor", "SELECT", f"is_listed OR {_UNLISTED}", ""),
    ("debtor", "INSERT", "", f"NOT is_listed AND {_UNLISTED}"),
    ("debtor", "UPDATE", _UNLISTED, _UNLISTED),
    ("debtor", "DELETE", _WRITTEN_JUST_NOW, ""),
    ("debtor_identifier", "SELECT", _UNLISTED, ""),
    ("debtor_identifier", "INSERT", "", _UNLISTED),
    ("debtor_identifier", "DELETE", _WRITTEN_JUST_NOW, ""),
    ("debtor_spelling", "SELECT", _UNLISTED, ""),
    ("debtor_spelling", "INSERT", "", _UNLISTED),
    ("debtor_spelling", "UPDATE", _UNLISTED, _UNLISTED),
    ("ledger_page", "SELECT", f"owner_tag = {_OWNER} OR owner_tag = ANY {_AFFILIATES}", ""),
    ("ledger_page", "INSERT", "", f"owner_tag = {_OWNER}"),
    ("ledger_page", "DELETE", f"owner_tag = {_OWNER}", ""),
    ("match_review", "SELECT", f"owner_tag = {_OWNER}", ""),
    ("match_review", "INSERT", "", f"owner_tag = {_OWNER}"),
    ("match_review", "DELETE", f"owner_tag = {_OWNER}", ""),
    ("member", "SELECT", f"id IN ({_OWN_MEMBER}) OR group_id = {_GROUP}", ""),
    ("news", "SELECT", f"user_id = {_USER}", ""),
    ("news", "UPDATE", f"user_id = {_USER}", f"user_id = {_USER}"),
    ("outbox", "SELECT", _WRITTEN_JUST_NOW, ""),
    ("outbox", "INSERT", "", "true"),
    ("outbox", "DELETE", _WRITTEN_JUST_NOW, ""),
    ("release", "SELECT", "true", ""),
    ("release_epoch", "SELECT", "true", ""),
    ("user", "SELECT", _SELF, ""),
    ("user", "INSERT", "", "role = 'operator' AND member_id IS NULL AND is_first_run()"),
    ("user", "UPDATE", _SELF, _SELF),
    ("watch", "SELECT", f"user_id = {_USER}", ""),
    ("watch", "INSERT", "", f"user_id = {_USER}"),
    ("watch", "DELETE", f"user_id = {_USER}", ""),
)

FUNCTIONS = {
    "is_first_run": 'NOT EXISTS (SELECT FROM public."user")',
    "holds_sealed_rows": (
        "EXISTS (SELECT FROM public.ledger_page) OR EXISTS (SELECT FROM public.match_review) "
        "OR EXISTS (SELECT FROM public.pipeline_state)"
    ),
}
"""What a role may ask of tables whose rows it may not see: one yes or no each."""


def upgrade() -> None:
    _refuse_without_roles()
    for name, answer in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp AS $$ SELECT {answer} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}() TO {WEB}, {WORKER}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {WEB}, {WORKER}")
    op.execute(f"GRANT SELECT ON alembic_version TO {WEB}, {WORKER}")
    for table, (web, worker) in GRANTS.items():
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY owner_all ON "{table}" TO CURRENT_ROLE USING (true) WITH CHECK (true)')
        op.execute(f'CREATE POLICY worker_all ON "{table}" TO {WORKER} USING (true) WITH CHECK (true)')
        op.execute(f'GRANT {worker} ON "{table}" TO {WORKER}')
        if web:
            op.execute(f'GRANT {web} ON "{table}" TO {WEB}')
    for table, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.execute(f'CREATE POLICY web_{command.lower()} ON "{table}" FOR {command} TO {WEB}{clauses}')


def downgrade() -> None:
    for table, command, _, _ in POLICIES:
        op.execute(f'DROP POLICY web_{command.lower()} ON "{table}"')
    for table in GRANTS:
        op.execute(f'DROP POLICY worker_all ON "{table}"')
        op.execute(f'DROP POLICY owner_all ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        op.execute(f'REVOKE ALL ON "{table}" FROM {WEB}, {WORKER}')
    op.execute(f"REVOKE ALL ON alembic_version FROM {WEB}, {WORKER}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {WEB}, {WORKER}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")


def _refuse_without_roles() -> None:
    """Roles belong to the whole server, so not to a migration: its superuser makes them once."""
    found = op.get_bind().execute(
        text("SELECT count(*) FROM pg_roles WHERE rolname IN (:web, :worker)"), {"web": WEB, "worker": WORKER}
    )
    if found.scalar_one() != len((WEB, WORKER)):
        raise RuntimeError(
            f"The roles {WEB} and {WORKER} are missing on this server; docs/operations.md has the statements."
        )
