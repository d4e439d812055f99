"""Roles, their settings, and privileges."""

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.kinds import kind_of
from db_sage_lint.lower.names import column_names, items, object_name, role, roles
from db_sage_lint.lower.session import setting_value
from db_sage_lint.lower.values import argument_types, elements, option_text, truth
from db_sage_lint.operations import (
    AlterDefaultPrivileges,
    AlterRole,
    AlterSetting,
    CreateRole,
    Grant,
    GrantRole,
    Name,
    Nothing,
    Operation,
    SetObjectOwner,
)
from db_sage_lint.tree import (
    AccessPriv,
    AccessPrivNode,
    AlterDatabaseSetStmt,
    AlterDefaultPrivilegesStmt,
    AlterRoleSetStmt,
    AlterRoleStmt,
    AnyNode,
    CreateRoleStmt,
    DefElem,
    GrantRoleStmt,
    GrantStmt,
    Options,
    ReassignOwnedStmt,
    VariableSetStmt,
)

# The options of a role in SQL's words, where the tree has others.
# Source: AlterOptRoleElem in src/backend/parser/gram.y.
OPTION_WORDS = {
    "canlogin": "login",
    "isreplication": "replication",
    "connectionlimit": "connection limit",
    "validUntil": "valid until",
}

MEMBERSHIPS = frozenset({"addroleto", "rolemembers", "adminmembers"})


@lowers
def create_role(node: CreateRoleStmt, source: Source) -> list[Operation]:
    """The role, then the memberships of IN ROLE, ROLE and ADMIN. CREATE USER can log in unless it says otherwise."""
    options = role_options(node.options)
    if node.stmt_type == "ROLESTMT_USER" and "login" not in dict(options):
        options = (("login", "true"), *options)
    password, password_at = password_of(node.options, source)
    created = CreateRole(role=node.role, options=options, password=password, password_at=password_at)
    return [created, *memberships(node.role, node.options)]


def role_options(options: Options) -> tuple[tuple[str, str], ...]:
    """The attributes of a role, without its password and its memberships."""
    return tuple(
        (OPTION_WORDS.get(option.defname, option.defname), option_text(option))
        for option in elements(options)
        if option.defname != "password" and option.defname not in MEMBERSHIPS
    )


def password_of(options: Options, source: Source) -> tuple[str | None, int]:
    """The literal after PASSWORD and its byte in the file; none for PASSWORD NULL and without one."""
    for option in elements(options):
        if option.defname == "password" and option.arg is not None:
            return option_text(option), source.at(option.arg_location)
    return None, -1


def memberships(name: str, options: Options) -> list[Operation]:
    """The grants that CREATE ROLE makes by the way."""
    found: list[Operation] = []
    for option in elements(options):
        others = role_list(option)
        if option.defname == "addroleto":
            found.append(GrantRole(grant=True, roles=others, grantees=(name,)))
        elif option.defname in MEMBERSHIPS:
            admin = option.defname == "adminmembers"
            found.append(GrantRole(grant=True, roles=(name,), grantees=others, admin_option=admin))
    return found


def role_list(option: DefElem) -> tuple[str, ...]:
    nodes = option.arg.list.items if option.arg is not None and option.arg.list is not None else ()
    return tuple(role(node.role_spec) for node in nodes)


@lowers
def alter_role(node: AlterRoleStmt, source: Source) -> list[Operation]:
    """ALTER ROLE; ALTER GROUP … ADD | DROP USER grants or revokes the membership."""
    members = [role_list(option) for option in elements(node.options) if option.defname == "rolemembers"]
    name = role(node.role)
    if members:
        return [GrantRole(grant=node.action > 0, roles=(name,), grantees=each) for each in members]
    password, password_at = password_of(node.options, source)
    return [AlterRole(role=name, options=role_options(node.options), password=password, password_at=password_at)]


@lowers
def alter_role_setting(node: AlterRoleSetStmt, _source: Source) -> list[Operation]:
    name, value = setting(node.setstmt)
    return [AlterSetting(name=name, value=value, role=role(node.role), database=node.database)]


@lowers
def alter_database_setting(node: AlterDatabaseSetStmt, _source: Source) -> list[Operation]:
    name, value = setting(node.setstmt)
    return [AlterSetting(name=name, value=value, database=node.dbname)]


def setting(node: VariableSetStmt | None) -> tuple[str, str | None]:
    """The variable and its value; "all" for RESET ALL, no value for RESET and DEFAULT."""
    assert node is not None
    return ("all" if node.kind == "VAR_RESET_ALL" else node.name.lower()), setting_value(node)


@lowers
def reassign_owned(node: ReassignOwnedStmt, _source: Source) -> list[Operation]:
    owner = role(node.newrole)
    return [SetObjectOwner(kind="owned", name=Name(name), owner=owner) for name in roles(node.roles)]


# --- privileges ------------------------------------------------------------------------------------------------------


@lowers
def grant(node: GrantStmt, _source: Source) -> list[Operation]:
    """GRANT and REVOKE: one operation, or one for each list of columns."""
    names = tuple(map(object_name, node.objects))
    arguments = tuple(argument_types(each.object_with_args) for each in node.objects)
    return [
        Grant(
            grant=node.is_grant,
            kind=kind_of(node.objtype),
            names=names,
            privileges=privileges,
            grantees=roles(node.grantees),
            all_in_schema=node.targtype == "ACL_TARGET_ALL_IN_SCHEMA",
            columns=columns,
            grant_option=node.grant_option,
            arguments=arguments if any(each.object_with_args for each in node.objects) else (),
        )
        for columns, privileges in by_columns(node.privileges)
    ]


def by_columns(nodes: tuple[AccessPrivNode, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The privileges in lower case by the columns that they are on, () for the whole object. ALL names no privilege."""
    grouped: dict[tuple[str, ...], list[str]] = {} if nodes else {(): []}
    for privilege in access(nodes):
        named = grouped.setdefault(column_names(privilege.cols), [])
        if privilege.priv_name:
            named.append(privilege.priv_name.lower())
    return [(columns, tuple(privileges)) for columns, privileges in grouped.items()]


def access(nodes: tuple[AccessPrivNode, ...]) -> list[AccessPriv]:
    return [node.access_priv for node in nodes if node.access_priv is not None]


@lowers
def grant_role(node: GrantRoleStmt, source: Source) -> list[Operation]:
    """REVOKE … OPTION FOR leaves the membership: only that of the ADMIN option is modelled."""
    options = {option.defname: option for option in elements(node.opt)}
    admin = "admin" in options and option_text(options["admin"]) == truth(node.is_grant)
    if not node.is_grant and options and not admin:
        return [Nothing(statement=source.kind)]
    op = GrantRole(
        grant=node.is_grant,
        roles=tuple(each.priv_name for each in access(node.granted_roles)),
        grantees=roles(node.grantee_roles),
        admin_option=admin,
    )
    return [op]


@lowers
def alter_default_privileges(node: AlterDefaultPrivilegesStmt, _source: Source) -> list[Operation]:
    assert node.action is not None
    options = {option.defname: option for option in elements(node.options)}
    op = AlterDefaultPrivileges(
        grant=node.action.is_grant,
        kind=kind_of(node.action.objtype),
        privileges=tuple(each.priv_name.lower() for each in access(node.action.privileges)),
        grantees=roles(node.action.grantees),
        schemas=tuple(items(argument(options.get("schemas")))),
        roles=role_list(options["roles"]) if "roles" in options else (),
    )
    return [op]


def argument(option: DefElem | None) -> AnyNode | None:
    return option.arg if option is not None else None
