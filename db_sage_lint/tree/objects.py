# ruff: noqa: N815 -- fields have PostgreSQL's own names
"""Statements on types, functions, schemas, extensions, roles, privileges, replication and foreign servers.

Source: src/include/nodes/parsenodes.h of PostgreSQL 18.
"""

from msgspec import Raw

from db_sage_lint.tree.nodes import (
    ABSENT,
    AnyNode,
    CollateClause,
    ColumnDefNode,
    ConstraintNode,
    FunctionParameterNode,
    Node,
    ObjectWithArgs,
    Options,
    RangeVar,
    RangeVarNode,
    RoleSpec,
    RoleSpecNode,
    TypeName,
    VariableSetStmt,
    Words,
    Wrapper,
)


class CreateEnumStmt(Node):
    typeName: Words = ()
    vals: Words = ()


class AlterEnumStmt(Node):
    typeName: Words = ()
    oldVal: str = ""
    newVal: str = ""
    newValNeighbor: str = ""
    newValIsAfter: bool = False
    skipIfNewValExists: bool = False


class CreateDomainStmt(Node):
    domainname: Words = ()
    typeName: TypeName | None = None
    collClause: CollateClause | None = None
    constraints: tuple[ConstraintNode, ...] = ()


class AlterDomainStmt(Node, rename={"definition": "def"}):
    """`definition` is `def`, a word of Python's own: an expression for SET DEFAULT, a Constraint for ADD."""

    subtype: str = ""
    typeName: Words = ()
    name: str = ""
    definition: Raw = ABSENT
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False


class CompositeTypeStmt(Node):
    typevar: RangeVar | None = None
    coldeflist: tuple[ColumnDefNode, ...] = ()


class CreateRangeStmt(Node):
    typeName: Words = ()


class DefineStmt(Node):
    kind: str = ""
    defnames: Words = ()
    definition: Options = ()
    replace: bool = False


class CreateFunctionStmt(Node):
    is_procedure: bool = False
    replace: bool = False
    funcname: Words = ()
    parameters: tuple[FunctionParameterNode, ...] = ()
    returnType: TypeName | None = None
    options: Options = ()
    sql_body: Raw = ABSENT


class AlterFunctionStmt(Node):
    objtype: str = ""
    func: ObjectWithArgs | None = None
    actions: Options = ()


class DoStmt(Node):
    args: Options = ()


class CreateSchemaStmt(Node):
    schemaname: str = ""
    authrole: RoleSpec | None = None
    schemaElts: tuple[dict[str, Raw], ...] = ()
    if_not_exists: bool = False


class CreateExtensionStmt(Node):
    extname: str = ""
    if_not_exists: bool = False
    options: Options = ()


class CreateRoleStmt(Node):
    stmt_type: str = ""
    role: str = ""
    options: Options = ()


class AlterRoleStmt(Node):
    """`action` is 1, and -1 for ALTER GROUP … DROP USER."""

    role: RoleSpec | None = None
    options: Options = ()
    action: int = 0


class AlterRoleSetStmt(Node):
    role: RoleSpec | None = None
    database: str = ""
    setstmt: VariableSetStmt | None = None


class DropRoleStmt(Node):
    roles: tuple[RoleSpecNode, ...] = ()
    missing_ok: bool = False


class DropOwnedStmt(Node):
    roles: tuple[RoleSpecNode, ...] = ()
    behavior: str = "DROP_RESTRICT"


class ReassignOwnedStmt(Node):
    roles: tuple[RoleSpecNode, ...] = ()
    newrole: RoleSpec | None = None


class AccessPriv(Node):
    priv_name: str = ""
    cols: Words = ()


class AccessPrivNode(Wrapper):
    access_priv: AccessPriv | None = None


class GrantStmt(Node):
    is_grant: bool = False
    targtype: str = ""
    objtype: str = ""
    objects: tuple[AnyNode, ...] = ()
    privileges: tuple[AccessPrivNode, ...] = ()
    grantees: tuple[RoleSpecNode, ...] = ()
    grant_option: bool = False


class GrantRoleStmt(Node):
    granted_roles: tuple[AccessPrivNode, ...] = ()
    grantee_roles: tuple[RoleSpecNode, ...] = ()
    is_grant: bool = False
    opt: Options = ()


class AlterDefaultPrivilegesStmt(Node):
    options: Options = ()
    action: GrantStmt | None = None


class PublicationTable(Node):
    relation: RangeVar | None = None


class PublicationObjSpec(Node):
    pubobjtype: str = ""
    name: str = ""
    pubtable: PublicationTable | None = None


class PublicationObjSpecNode(Wrapper):
    publication_obj_spec: PublicationObjSpec | None = None


class CreatePublicationStmt(Node):
    pubname: str = ""
    pubobjects: tuple[PublicationObjSpecNode, ...] = ()
    for_all_tables: bool = False


class AlterPublicationStmt(Node):
    pubname: str = ""
    options: Options = ()
    pubobjects: tuple[PublicationObjSpecNode, ...] = ()
    action: str = ""


class CreateSubscriptionStmt(Node):
    subname: str = ""
    conninfo: str = ""
    options: Options = ()
    conninfo_location: int = 0


class AlterSubscriptionStmt(Node):
    kind: str = ""
    subname: str = ""
    conninfo: str = ""
    options: Options = ()
    conninfo_location: int = 0


class DropSubscriptionStmt(Node):
    subname: str = ""
    missing_ok: bool = False
    behavior: str = "DROP_RESTRICT"


class CreateFdwStmt(Node):
    fdwname: str = ""
    options: Options = ()


class AlterFdwStmt(Node):
    fdwname: str = ""
    options: Options = ()


class CreateForeignServerStmt(Node):
    servername: str = ""
    options: Options = ()


class AlterForeignServerStmt(Node):
    servername: str = ""
    options: Options = ()


class CreateUserMappingStmt(Node):
    servername: str = ""
    options: Options = ()


class AlterUserMappingStmt(Node):
    servername: str = ""
    options: Options = ()


class DropUserMappingStmt(Node):
    servername: str = ""
    missing_ok: bool = False


class ImportForeignSchemaStmt(Node):
    server_name: str = ""
    remote_schema: str = ""
    local_schema: str = ""
    list_type: str = ""
    table_list: tuple[RangeVarNode, ...] = ()


class CreatedbStmt(Node):
    dbname: str = ""


class AlterDatabaseStmt(Node):
    dbname: str = ""
    options: Options = ()


class AlterDatabaseRefreshCollStmt(Node):
    dbname: str = ""


class AlterDatabaseSetStmt(Node):
    dbname: str = ""
    setstmt: VariableSetStmt | None = None


class DropdbStmt(Node):
    dbname: str = ""
    missing_ok: bool = False


class CreateTableSpaceStmt(Node):
    tablespacename: str = ""


class AlterTableSpaceOptionsStmt(Node):
    tablespacename: str = ""


class DropTableSpaceStmt(Node):
    tablespacename: str = ""
    missing_ok: bool = False


class AlterSystemStmt(Node):
    setstmt: VariableSetStmt | None = None


class CheckPointStmt(Node):
    pass
