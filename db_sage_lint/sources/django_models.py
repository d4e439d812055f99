"""What Django's migrations have said so far of the models, and how PostgreSQL stores their fields.

Source: django/django, db/backends/postgresql/base.py (data_types), db/models/fields, and db/migrations/state.py.
"""

import ast

import msgspec
from msgspec import Struct

from db_sage_lint.sources.ddl import constant, quoted
from db_sage_lint.sources.python_code import UNKNOWN, Arguments, Names, Value, evaluate, last_name

TYPES = {
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "CharField": "varchar",
    "CITextField": "citext",
    "DateField": "date",
    "DateRangeField": "daterange",
    "DateTimeField": "timestamp with time zone",
    "DateTimeRangeField": "tstzrange",
    "DecimalField": "numeric",
    "DecimalRangeField": "numrange",
    "DurationField": "interval",
    "EmailField": "varchar",
    "FileField": "varchar",
    "FilePathField": "varchar",
    "FloatField": "double precision",
    "GenericIPAddressField": "inet",
    "HStoreField": "hstore",
    "IPAddressField": "inet",
    "ImageField": "varchar",
    "IntegerField": "integer",
    "IntegerRangeField": "int4range",
    "JSONField": "jsonb",
    "NullBooleanField": "boolean",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
    "SearchVectorField": "tsvector",
    "SlugField": "varchar",
    "SmallAutoField": "smallint",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "URLField": "varchar",
    "UUIDField": "uuid",
}
LENGTHS = {
    "EmailField": 254, "FileField": 100, "FilePathField": 100, "ImageField": 100, "SlugField": 50, "URLField": 200,
}  # fmt: skip
# Fields of the user's own, by the end of their names; the longest that fits.
BY_ENDING = tuple(sorted(TYPES, key=len, reverse=True))
# Well-known fields of other packages, by the field of Django that they are stored as.
ALIASES = {
    "AutoCreatedField": "DateTimeField",
    "AutoLastModifiedField": "DateTimeField",
    "CountryField": "CharField",
    "MoneyField": "DecimalField",
    "MeasurementField": "FloatField",
    "MonitorField": "DateTimeField",
    "PhoneNumberField": "CharField",
    "PossiblePhoneNumberField": "CharField",
    "RichTextField": "TextField",
    "StatusField": "CharField",
    "StreamField": "JSONField",
}
RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey", "TreeOneToOneField"})
MANY = frozenset({"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField", "TreeManyToManyField"})
# Fields without a column.
COLUMNLESS = frozenset({"GenericRelation", "TaggableManager", "GenericForeignKey"})
CHECKED = frozenset({"PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"})
# What stands in for a default that the file doesn't tell.
NIL_UUID = "'00000000-0000-0000-0000-000000000000'"
SOME_DEFAULT = {
    "boolean": "false",
    "date": "'2000-01-01'",
    "interval": "'0 seconds'",
    "jsonb": "'{}'",
    "uuid": NIL_UUID,
}
NUMBERS = ("integer", "bigint", "smallint", "numeric", "double precision")


class Related(Struct, frozen=True):
    """The model that a field refers to: its application and its name in lower case, both empty where settings tell.
    `to_field` is the field of it that is referred to, empty for its key.
    """

    app: str
    model: str
    to_field: str = ""

    def renamed(self, name: str) -> "Related":
        """The same with the model under another name."""
        return Related(self.app, name.lower(), self.to_field)


class Field(Struct, frozen=True):
    """A field as its column is stored. `related` is what a foreign key refers to; `many` marks a many-to-many field,
    which is a table of its own (`through` if it is another model's).
    """

    name: str
    column: str
    type: str
    null: bool = False
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    identity: bool = False
    default: str | None = None
    kept_default: str | None = None
    check: str = ""
    related: Related | None = None
    constrained: bool = True
    many: bool = False
    through: bool = False
    table: str = ""


class Model(Struct):
    """A model: its table, its fields by name, and what is named in it. `stored` is false for proxies and unmanaged
    models. `made` holds the names that constraints and indexes were given, by their kind and the fields they are on.
    """

    app: str
    name: str
    table: str
    fields: dict[str, Field]
    stored: bool = True
    indexes: dict[str, str] = {}
    together: dict[str, list[tuple[str, ...]]] = {}
    made: dict[tuple[str, ...], str] = {}

    def key(self) -> Field | None:
        return next((field for field in self.fields.values() if field.primary), None)


class Models(Struct):
    """The models of all applications, by application and name in lower case."""

    models: dict[tuple[str, str], Model] = {}

    def find(self, app: str, name: str) -> Model | None:
        return self.models.get((app, name.lower()))

    def target(self, related: Related) -> tuple[str, str, str]:
        """The table, the key's column and its type that a foreign key refers to."""
        model = self.models.get((related.app, related.model)) if related.model else self.user()
        if model is None:
            app, name = (related.app, related.model) if related.model else ("auth", "user")
            return OUTSIDE.get((app, name), (f"{app}_{name}", "id", "integer"))
        key = model.fields.get(related.to_field) or model.key()
        if key is None:
            return model.table, "id", "bigint"
        return model.table, key.column, key.type if key.related is None else self.target(key.related)[2]

    def user(self) -> Model | None:
        """The model that AUTH_USER_MODEL names, if one is called so."""
        return next((model for (_, name), model in self.models.items() if name == "user"), None)

    def type(self, field: Field) -> str:
        """The type of a field's column: of a foreign key, that of the key it refers to."""
        return self.target(field.related)[2] if field.related is not None and not field.many else field.type

    def copy(self) -> "Models":
        return Models({
            key: msgspec.structs.replace(
                model, fields=dict(model.fields), indexes=dict(model.indexes), made=dict(model.made)
            )
            for key, model in self.models.items()
        })  # fmt: skip


# Tables of applications that come with Django.
OUTSIDE = {
    ("contenttypes", "contenttype"): ("django_content_type", "id", "integer"),
    ("sites", "site"): ("django_site", "id", "integer"),
}


def field_of(name: str, call: ast.Call, app: str, model: str, names: Names) -> Field:
    """The field that a call like models.CharField(…) makes."""
    kind = last_name(call.func)
    given = Arguments(call, ("to",) if kind in RELATIONS | MANY else (), names)
    column = text(given, "db_column")
    if kind in COLUMNLESS:
        return Field(name, "", "", many=True, through=True)
    if kind in MANY:
        to = related_to(given.nodes.get("to"), app, model, names)
        table = text(given, "db_table")
        return Field(name, "", "", many=True, related=to, through="through" in given, table=table)
    related = related_to(given.nodes.get("to"), app, model, names) if kind in RELATIONS else None
    if related is not None and (to_field := text(given, "to_field")):
        related = Related(related.app, related.model, to_field)
    indexed = (related is not None or kind == "SlugField") and given.value("db_index") is not False
    sql_type = "" if related else type_of(kind, call, given, names)
    return Field(
        name=name,
        column=column or (f"{name}_id" if related else name),
        type=sql_type,
        null=given.true("null") or kind == "NullBooleanField",
        primary=given.true("primary_key"),
        unique=given.true("unique") or kind.endswith("OneToOneField"),
        indexed=indexed or given.true("db_index"),
        identity=kind in {"AutoField", "BigAutoField", "SmallAutoField"},
        default=default_of(given, sql_type),
        kept_default=some_default(sql_type) if "db_default" in given else None,
        check=f"CHECK ({quoted(column or name)} >= 0)" if kind in CHECKED else "",
        related=related,
        constrained=given.value("db_constraint") is not False,
    )


def text(given: Arguments, name: str) -> str:
    value = given.value(name)
    return value if isinstance(value, str) else ""


def related_to(node: ast.expr | None, app: str, model: str, names: Names) -> Related:
    """The model that a relation names: "app.Model", "Model", "self", or a setting."""
    value = evaluate(node, names) if node is not None else UNKNOWN
    if not isinstance(value, str):
        return Related("", "")
    if value == "self":
        return Related(app, model.lower())
    where, dot, name = value.rpartition(".")
    return Related(where.lower() if dot else app, name.lower())


def type_of(kind: str, call: ast.Call, given: Arguments, names: Names) -> str:
    """The type of the column."""
    if kind == "ArrayField":
        base = given.nodes.get("base_field") or (call.args[0] if call.args else None)
        inner = field_of("item", base, "", "", names).type if isinstance(base, ast.Call) else "text"
        return f"{inner}[]"
    known = ALIASES.get(kind) or next((name for name in BY_ENDING if kind.endswith(name)), None)
    if known is None:
        return quoted(kind.lower())
    if TYPES[known] == "varchar":
        length = given.value("max_length", LENGTHS.get(known))
        return f"varchar({length})" if isinstance(length, int) else "varchar"
    if known == "DecimalField":
        digits, places = given.value("max_digits"), given.value("decimal_places")
        return f"numeric({digits}, {places})" if isinstance(digits, int) and isinstance(places, int) else "numeric"
    return TYPES[known]


def default_of(given: Arguments, sql_type: str) -> str | None:
    """The constant that rows get when the column is added; the file needn't tell which. None without one."""
    if "default" in given:
        value: Value = given.value("default")
        if value is None:
            return None
        plain = isinstance(value, str | int | float) and not sql_type.endswith(("]", "jsonb"))
        return constant(value) if plain else some_default(sql_type)
    if given.true("auto_now") or given.true("auto_now_add"):
        return "now()" if sql_type.startswith("timestamp") else some_default(sql_type)
    empty = sql_type.startswith(("varchar", "text", '"')) and given.true("blank")
    return "''" if empty and not given.true("null") else None


def some_default(sql_type: str) -> str:
    """A constant of the type, in place of one that the file doesn't tell."""
    if sql_type.startswith(NUMBERS):
        return "0"
    if sql_type.startswith("timestamp"):
        return "'2000-01-01 00:00:00Z'"
    if sql_type.endswith("[]"):
        return "'{}'"
    return SOME_DEFAULT.get(sql_type, "''")
