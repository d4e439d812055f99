"""PostgreSQL's parser, from pglast, without what is not needed of it. The only module that touches pglast."""

import sys
from importlib import import_module
from types import ModuleType

# Python classes for nodes and enumerations, which only pglast's other functions use: 22 of 24 ms of its import.
UNUSED = ("pglast.ast", "pglast.enums")


class Deferred(ModuleType):
    """Stands in for a module where it was imported, until something of it is asked for: then it is imported."""

    def __getattr__(self, name: str) -> object:
        real = import_module(self.__name__)
        self.__dict__.update(real.__dict__)
        return getattr(real, name)


def load() -> ModuleType:
    """pglast.parser, imported without the modules that it doesn't need, unless pglast is there already."""
    deferred = {} if "pglast" in sys.modules else {name: Deferred(name) for name in UNUSED}
    sys.modules.update(deferred)
    try:
        return import_module("pglast.parser")
    finally:
        for name, module in deferred.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


load()

from pglast.parser import ParseError, parse_plpgsql_json, parse_sql_json  # noqa: E402 - after `load`

__all__ = ["ParseError", "parse_plpgsql_json", "parse_sql_json"]
