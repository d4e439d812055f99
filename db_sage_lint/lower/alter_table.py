"""ALTER TABLE and its kin: one operation a subcommand, in the order in which the server runs them."""

from db_sage_lint.lexer import skip_blank, top_level_commas
from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.names import RELATION_KINDS, on_relation
from db_sage_lint.lower.subcommands import BY_KIND, SUBCOMMANDS
from db_sage_lint.operations import (
    AddCheck,
    AddColumn,
    AddConstraint,
    AddExclusion,
    AddForeignKey,
    AddIdentity,
    AddKey,
    AddNotNull,
    AlterCompositeType,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    Operation,
    SetDefault,
    SetExpression,
    SetNotNull,
    SetTableOption,
    SetType,
)
from db_sage_lint.regex import lazy
from db_sage_lint.tree import AlterTableCmd, AlterTableStmt

# The passes in which the server runs subcommands, whatever their order in the statement; in a pass, the order written.
# Source: AlterTablePass, ATPrepCmd, and ATParseTransformCmd for constraints, in src/backend/commands/tablecmds.c.
DROP, ALTER_TYPE, ADD_COL, SET_EXPRESSION, COL_ATTRS, ADD_INDEXCONSTR, ADD_INDEX, ADD_OTHERCONSTR, MISC = range(9)

PASSES: dict[type[Operation], int] = {
    DropColumn: DROP,
    DropConstraint: DROP,
    DropDefault: DROP,
    DropExpression: DROP,
    DropIdentity: DROP,
    DropNotNull: DROP,
    SetType: ALTER_TYPE,
    AddColumn: ADD_COL,
    SetExpression: SET_EXPRESSION,
    SetNotNull: COL_ATTRS,
    AddNotNull: COL_ATTRS,
    AddExclusion: ADD_INDEX,
    AddCheck: ADD_OTHERCONSTR,
    AddForeignKey: ADD_OTHERCONSTR,
    AddIdentity: ADD_OTHERCONSTR,
    SetDefault: ADD_OTHERCONSTR,
}

COMPOSITE_PASSES = {"drop": DROP, "type": ALTER_TYPE, "add": ADD_COL}


def turn(op: Operation) -> tuple[int, int]:
    """When the server runs the operation: its pass, and its turn there. What is queued from the beginning runs first,
    then the constraints beside new columns, then those of ADD CONSTRAINT, which are looked at in later passes.
    """
    if isinstance(op, AddConstraint):
        return pass_of(op), 1 if op.within else 2
    return pass_of(op), 0


def pass_of(op: Operation) -> int:
    if isinstance(op, AddKey):
        return ADD_INDEXCONSTR if op.index else ADD_INDEX
    if isinstance(op, AlterCompositeType):
        return COMPOSITE_PASSES[op.change]
    return PASSES.get(type(op), MISC)


@lowers
def alter_table(node: AlterTableStmt, source: Source) -> list[Operation]:
    commands = [each.alter_table_cmd for each in node.cmds if each.alter_table_cmd is not None]
    if len(commands) == 1:
        found = subcommand(commands[0], node, source, -1)
    else:
        found = []
        for command, at in zip(commands, places(node, len(commands), source), strict=True):
            found += subcommand(command, node, source, at)
    return sorted(found, key=turn) if len(found) > 1 else found


def subcommand(command: AlterTableCmd, node: AlterTableStmt, source: Source, at: int) -> list[Operation]:
    """The operations of one subcommand: some mean another thing on an index, a view or a composite type."""
    on = on_relation(node.relation, RELATION_KINDS[node.objtype], if_exists=node.missing_ok, at=at)
    function = BY_KIND.get((node.objtype, command.subtype)) or SUBCOMMANDS.get(command.subtype)
    if function is None:
        return [SetTableOption(subcommand=command.subtype, **on)]
    return function(command, on, source)


# A name or a placeholder that stands for one, whole or in part.
NAME_PART = lazy(rb'(?:"(?:[^"]|"")*"|\{\{[^{}]*\}\}|[$#]\{[^{}\r\n]*\}|[\w$@:\x80-\xff])+')


def places(node: AlterTableStmt, count: int, source: Source) -> list[int]:
    """The byte at which each subcommand begins, which the tree doesn't say; -1 for all where the text doesn't tell."""
    assert node.relation is not None
    text = source.text
    at = past_relation(text, source.at(node.relation.location))
    commas = top_level_commas(text, at, source.end)
    if len(commas) != count - 1:
        return [-1] * count
    return [skip_blank(text, start) for start in (at, *(comma + 1 for comma in commas))]


def past_relation(text: bytes, at: int) -> int:
    """The byte behind a relation's name that begins at `at`, its parentheses and its star."""
    while part := NAME_PART.match(text, at):
        at = skip_blank(text, part.end())
        if text[at : at + 1] != b".":
            break
        at = skip_blank(text, at + 1)
    while text[at : at + 1] in {b")", b"*"}:
        at = skip_blank(text, at + 1)
    return at
