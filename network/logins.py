"""The three roles under which processes meet PostgreSQL; none may pass by the row security (docs/operations.md).

What each may do stands in migration 0002; a login is one of these roles, or a member of one.
"""

from enum import StrEnum

from sqlalchemy import Connection, text

from network.errors import SettingsError
from network.i18n import mark


class DatabaseRole(StrEnum):
    """A role of the database: the owner of the tables, the pages, and all that works behind them."""

    OWNER = "vigie_owner"
    WEB = "vigie_web"
    WORKER = "vigie_worker"


_LOGIN = text("""
    SELECT rolname, rolsuper, rolbypassrls,
           ARRAY(SELECT member_of.rolname FROM pg_roles AS member_of
                 WHERE member_of.rolname = ANY(:roles) AND pg_has_role(me.oid, member_of.oid, 'MEMBER')) AS roles,
           EXISTS (SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                   AND pg_has_role(me.oid, relowner, 'MEMBER')) AS is_owner,
           EXISTS (SELECT FROM pg_roles AS any_role WHERE (any_role.rolsuper OR any_role.rolbypassrls)
                   AND pg_has_role(me.oid, any_role.oid, 'MEMBER')) AS may_become_stronger
    FROM pg_roles AS me WHERE rolname = session_user
""")


def check_login(connection: Connection, role: DatabaseRole) -> None:
    """Refuse a login that could see or do more than `role` may.

    Raises:
        SettingsError: it is a superuser, passes by the row security, owns the tables, or is not of this role alone.
    """
    login = connection.execute(_LOGIN, {"roles": [held.value for held in DatabaseRole]}).one()
    if login.rolsuper or login.rolbypassrls or login.may_become_stronger:
        raise SettingsError(
            mark(
                "The database login %(login)s is a superuser or may bypass row security, so one member's rows would "
                "not be kept from another. Give this process a login of the role %(role)s (docs/operations.md)."
            ),
            login=login.rolname,
            role=role.value,
        )
    if login.is_owner:
        raise SettingsError(
            mark(
                "The database login %(login)s owns the tables. Give this process a login of the role %(role)s "
                "alone (docs/operations.md)."
            ),
            login=login.rolname,
            role=role.value,
        )
    if list(login.roles) != [role.value]:
        raise SettingsError(
            mark(
                "The database login %(login)s must be of the role %(role)s and of no other of the network’s roles "
                "(docs/operations.md)."
            ),
            login=login.rolname,
            role=role.value,
        )
