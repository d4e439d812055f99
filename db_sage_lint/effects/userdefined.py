"""What is known of types that a file made: domains to their base, their constraints and defaults."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.datatypes import BUILT_IN
from db_sage_lint.operations import Expression, Name, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog
    from db_sage_lint.catalog.records import Column, Domain


def domains(written: Type, db: "Catalog") -> Iterator["Domain"]:
    """The domain that a type is, the domain that one is over, and so on."""
    if written.name in BUILT_IN and not written.schema:
        return
    seen: set[Name] = set()
    while not written.dimensions:
        domain = db.domain(Name(written.name, written.schema))
        if domain is None or domain.name in seen:
            return
        seen.add(domain.name)
        yield domain
        written = domain.base


def base_type(written: Type, db: "Catalog") -> Type:
    """The type with its domains seen through: getBaseTypeAndTypmod in lsyscache.c."""
    for domain in domains(written, db):
        written = domain.base
    if written.schema == "pg_catalog":
        return replace(written, schema="")
    return written


def is_constrained(written: Type, db: "Catalog") -> bool:
    """Whether it is a domain with a CHECK or NOT NULL, its own or inherited: DomainHasConstraints in typcache.c."""
    return any(domain.not_null or domain.checks for domain in domains(written, db))


def has_default(column: "Column") -> bool:
    """Whether the column's own default is a value: DEFAULT NULL may stand in the catalog, and is none."""
    from db_sage_lint.expressions import is_null_constant

    return column.default is not None and not is_null_constant(column.default)


def underlying_default(written: Type, db: "Catalog") -> Expression | None:
    """The default of the nearest domain that has one."""
    return next((domain.default for domain in domains(written, db) if domain.default is not None), None)
