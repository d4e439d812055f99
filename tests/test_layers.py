"""Dependencies point one way: a module imports only from layers below its own, or from its own layer."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "db_sage_lint"

# From the bottom up. A name stands for the module, or for every module below that package that isn't named itself.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "filed", "script", "patterns", "regex", "grammar"),
    ("operations",),
    ("kinds",),
    ("effects.locks", "lexer", "pieces", "placeholders", "tree"),
    ("findings",),
    ("parse", "recovery", "report", "rules", "squawk", "config_files", "profiles"),
    ("bodies", "lower", "catalog.records", "config"),
    ("expressions",),
    ("catalog", "read", "selection"),
    ("effects", "session", "later", "rerun", "blocks", "uses", "seen", "dumps"),
    ("around",),
    ("context",),
    ("checks", "match", "expand", "calls", "systemrows"),
    ("judge",),
    ("engine",),
    ("sources", "suppressions", "fingerprints", "settle", "shadow"),
    ("examples",),
    ("docs", "explain"),
    ("reporters", "run"),
    ("recognised", "dry_run", "predicted", "ordering"),
    ("cli",),
)
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def level(name: str) -> int:
    """The layer of a module: its own, or its package's."""
    while name not in LEVELS:
        name = name.rpartition(".")[0]
        assert name, "every module has a place in LAYERS"
    return LEVELS[name]


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules of the package that a module imports anywhere, except for the type checker alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt) and is_type_checking(node):
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("db_sage_lint"):
            base = node.module.removeprefix("db_sage_lint").removeprefix(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".removeprefix(".")
                yield inner if exists(inner) else base
        yield from imports(node)


def exists(name: str) -> bool:
    path = PACKAGE / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    own = name_of(path)
    if not own or own == "__main__":
        return
    for imported in imports(ast.parse(path.read_text())):
        if imported:
            assert level(imported) <= level(own), f"{own} imports {imported}, which is above it"


def test_one_module_touches_pglast() -> None:
    users = {name_of(path) for path in MODULES if re.search(r"^(import|from) pglast", path.read_text(), re.MULTILINE)}
    assert users == {"grammar"}


def test_only_cli_prints() -> None:
    def printing(path: Path) -> bool:
        calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        return any(ast.unparse(call.func) in {"print", "click.echo", "sys.exit", "exit"} for call in calls)

    assert all(name_of(path).split(".")[0] in {"cli", "__main__"} for path in MODULES if printing(path))


def test_modules_stay_short() -> None:
    long = {name_of(path): n for path in MODULES if (n := len(path.read_text().splitlines())) > 450}
    assert not long
