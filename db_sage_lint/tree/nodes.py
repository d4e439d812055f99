# ruff: noqa: N801, N815 -- classes and fields have PostgreSQL's own names
"""Nodes that stand inside of statements: names, types, columns, constraints, options, roles.

Source: src/include/nodes/parsenodes.h, primnodes.h and value.h of PostgreSQL 18; libpg_query's JSON of them. A field
of one fixed node type is bare in the JSON; a field that may hold any node wraps it in an object whose one key is the
node's type. Such wrappers are `AnyNode`, `Word`, …: one field for each type that is read there, so that a whole
statement is decoded in one pass. Fields with C's zero value are left out of the JSON, hence the defaults: a location
that is left out is byte 0. Expressions and queries stay JSON: `Raw`, empty where there is none.
"""

from msgspec import Raw, Struct, field

ABSENT = Raw(b"")


def node_type(field: str) -> str:
    """The node type for which a wrapper's field stands: range_var is RangeVar."""
    if field == "a_const":
        return "A_Const"
    if field == "at_alter_constraint":
        return "ATAlterConstraint"
    return "".join(part.capitalize() for part in field.split("_"))


class Node(Struct, gc=False):
    """A node's fields. Trees have no cycles, so the garbage collector need not know them."""


class Wrapper(Struct, gc=False, rename=node_type):
    """A node of any type, wrapped: at most one field is set, none for a type that is not read there."""


class String(Node):
    sval: str = ""


class Integer(Node):
    ival: int = 0


class Float(Node):
    fval: str = ""


class Boolean(Node):
    boolval: bool = False


class A_Const(Node):
    ival: Integer | None = None
    fval: Float | None = None
    sval: String | None = None
    boolval: Boolean | None = None
    isnull: bool = False
    location: int = 0


class Word(Wrapper):
    """An element of a name: `string`, or none for a star."""

    string: String | None = None


Words = tuple[Word, ...]


class ColumnRef(Node):
    fields: Words = ()


class RangeVar(Node):
    relname: str = ""
    schemaname: str = ""
    inh: bool = False
    relpersistence: str = "p"
    location: int = 0


class RangeVarNode(Wrapper):
    range_var: RangeVar | None = None


class Modifier(Wrapper):
    a_const: A_Const | None = None
    column_ref: ColumnRef | None = None


class TypeName(Node):
    names: Words = ()
    setof: bool = False
    pct_type: bool = False
    typmods: tuple[Modifier, ...] = ()
    arrayBounds: tuple[Raw, ...] = ()
    location: int = 0


class RoleSpec(Node):
    roletype: str = ""
    rolename: str = ""
    location: int = 0


class RoleSpecNode(Wrapper):
    role_spec: RoleSpec | None = None


class CollateClause(Node):
    collname: Words = ()


class IndexElem(Node):
    name: str = ""
    expr: Raw = ABSENT
    collation: Words = ()
    opclass: Words = ()
    ordering: str = "SORTBY_DEFAULT"
    nulls_ordering: str = "SORTBY_NULLS_DEFAULT"


class IndexElemNode(Wrapper):
    index_elem: IndexElem | None = None


class FunctionParameter(Node):
    name: str = ""
    argType: TypeName | None = None
    mode: str = "FUNC_PARAM_DEFAULT"
    defexpr: Raw = ABSENT


class FunctionParameterNode(Wrapper):
    function_parameter: FunctionParameter | None = None


class TypeNameNode(Wrapper):
    type_name: TypeName | None = None


class ObjectWithArgs(Node):
    objname: Words = ()
    objargs: tuple[TypeNameNode, ...] = ()
    args_unspecified: bool = False


class VariableSetStmt(Node):
    kind: str = ""
    name: str = ""
    args: "tuple[AnyNode, ...]" = ()
    is_local: bool = False


class TypeCast(Node):
    arg: "AnyNode | None" = None


class List(Node):
    items: "tuple[AnyNode, ...]" = ()


class DefElem(Node):
    defname: str = ""
    defnamespace: str = ""
    arg: "AnyNode | None" = None
    defaction: str = "DEFELEM_UNSPEC"
    location: int = 0
    arg_location: int = 0


class DefElemNode(Wrapper):
    def_elem: DefElem | None = None


Options = tuple[DefElemNode, ...]


class AnyNode(Wrapper):
    """Where the grammar allows many kinds of node: arguments of options, names of objects, elements of lists."""

    string: String | None = None
    integer: Integer | None = None
    float: Float | None = None
    boolean: Boolean | None = None
    a_const: A_Const | None = None
    type_cast: TypeCast | None = None
    list: List | None = None
    type_name: TypeName | None = None
    object_with_args: ObjectWithArgs | None = None
    range_var: RangeVar | None = None
    role_spec: RoleSpec | None = None
    def_elem: DefElem | None = None
    index_elem: IndexElem | None = None
    function_parameter: FunctionParameter | None = None
    variable_set_stmt: VariableSetStmt | None = None


class Constraint(Node):
    contype: str = ""
    conname: str = ""
    deferrable: bool = False
    initdeferred: bool = False
    is_enforced: bool = False
    skip_validation: bool = False
    is_no_inherit: bool = False
    raw_expr: Raw = ABSENT
    generated_when: str = ""
    generated_kind: str = ""
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    keys: Words = ()
    including: Words = ()
    exclusions: tuple[AnyNode, ...] = ()
    indexname: str = ""
    access_method: str = ""
    where_clause: Raw = ABSENT
    pktable: RangeVar | None = None
    fk_attrs: Words = ()
    pk_attrs: Words = ()
    fk_with_period: bool = False
    fk_matchtype: str = "s"
    fk_upd_action: str = "a"
    fk_del_action: str = "a"
    location: int = 0


class ConstraintNode(Wrapper):
    constraint: Constraint | None = None


class ColumnDef(Node):
    colname: str = ""
    typeName: TypeName | None = None
    constraints: tuple[ConstraintNode, ...] = ()
    collClause: CollateClause | None = None
    raw_default: Raw = ABSENT
    location: int = 0


class ColumnDefNode(Wrapper):
    column_def: ColumnDef | None = None


class CommonTableExpr(Node):
    ctename: str = ""
    aliascolnames: Raw = field(default_factory=Raw)
    ctequery: dict[str, Raw] = field(default_factory=dict)
    location: int = 0


class CommonTableExprNode(Wrapper):
    common_table_expr: CommonTableExpr | None = None


class WithClause(Node):
    ctes: tuple[CommonTableExprNode, ...] = ()


class IntoClause(Node):
    rel: RangeVar | None = None
    colNames: Words = ()
    accessMethod: str = ""
    options: Options = ()
    tableSpaceName: str = ""
    skipData: bool = False
