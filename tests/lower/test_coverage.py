"""Every statement and every ALTER TABLE subcommand of libpg_query's grammar is lowered, or is listed with a reason."""

import pglast.ast
import pytest
from pglast.enums import AlterTableType, ObjectType

from db_sage_lint.lower.base import lowers
from db_sage_lint.lower.kinds import kind_of
from db_sage_lint.lower.nothing import NO_STATEMENT, NOTHING
from db_sage_lint.lower.subcommands import BY_KIND, NEVER_PARSED, SUBCOMMANDS
from db_sage_lint.tree import RECORDS

STATEMENTS = sorted(name for name in dir(pglast.ast) if name.endswith("Stmt"))
SUBTYPES = sorted(AlterTableType.__members__)


def is_lowered(kind: str) -> bool:
    return kind in RECORDS and bool(lowers[RECORDS[kind]])


@pytest.mark.parametrize("kind", STATEMENTS)
def test_statement(kind: str) -> None:
    """Exactly one of: lowered by a function, changes nothing that is modelled, no statement of a file."""
    assert [is_lowered(kind), kind in NOTHING, kind in NO_STATEMENT].count(True) == 1


def test_one_function_a_statement() -> None:
    assert {name for name, record in RECORDS.items() if len(lowers[record]) > 1} == set()


def test_no_statement_that_the_grammar_lacks() -> None:
    filed = {record.__name__ for record in lowers.functions}
    assert (filed | set(NOTHING) | set(NO_STATEMENT)) - set(STATEMENTS) == set()


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_subcommand(subtype: str) -> None:
    """Exactly one of: lowered, or never made by the parser."""
    assert (subtype in SUBCOMMANDS) != (subtype in NEVER_PARSED)


def test_no_subcommand_that_the_grammar_lacks() -> None:
    assert {*SUBCOMMANDS, *NEVER_PARSED, *(subtype for _, subtype in BY_KIND)} - set(SUBTYPES) == set()


def test_reasons_are_said() -> None:
    assert all(reason for table in (NOTHING, NO_STATEMENT, NEVER_PARSED) for reason in table.values())


@pytest.mark.parametrize("objtype", sorted(ObjectType.__members__))
def test_kind_of_object(objtype: str) -> None:
    """Every kind has words for it, none of which shows the enum."""
    assert kind_of(objtype)
    assert "_" not in kind_of(objtype)
