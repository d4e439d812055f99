"""PostgreSQL's parser, from pglast, without what is not needed of it."""

import sys
from importlib import import_module
from types import ModuleType

# Python classes for nodes and enumerations, which only pglast's other functions use: 22 of 24 ms of its import.
UNUSED = ("pglast.ast", "pglast.enums")


class Deferred(ModuleType):
    """Stands in for a module until something of it is asked for; then it becomes that module."""

    def __getattr__(self, name: str) -> object:
        return getattr(self.become(), name)

    def __dir__(self) -> list[str]:
        return dir(self.become())

    def become(self) -> ModuleType:
        """The module itself, imported now."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        real = import_module(self.__name__)
        self.__dict__.update(real.__dict__)
        return real


def defer_unused() -> None:
    """Puts off the import of pglast's larger modules, unless pglast is there already."""
    if "pglast" not in sys.modules:
        for name in UNUSED:
            sys.modules.setdefault(name, Deferred(name))


def show_deferred() -> None:
    """Lets others who import pglast in this process find the modules where they look for them."""
    package = sys.modules["pglast"]
    for name in UNUSED:
        vars(package).setdefault(name.removeprefix("pglast."), sys.modules[name])


defer_unused()

from pglast.parser import ParseError, parse_plpgsql_json, parse_sql_json  # noqa: E402

show_deferred()

__all__ = ["ParseError", "parse_plpgsql_json", "parse_sql_json"]
