"""The one mechanism behind `@lowers`, `@changes`, `@effects` and `@check`: functions filed under a type."""

from collections.abc import Callable
from types import UnionType
from typing import Any, Generic, TypeVar, get_args

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Filed(dict[type, tuple[Handler, ...]], Generic[Handler]):
    """Functions filed under the annotated type of their first parameter; a union files under each member.

    `filed[kind]` is every function filed under that type or one of its bases, the most special type first: put together
    when it is first asked for. Annotations must be classes: a module that registers can't use
    `from __future__ import annotations`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.functions: dict[type, list[Handler]] = {}

    def __call__(self, function: Handler) -> Handler:
        annotation = next(iter(function.__annotations__.values()))
        for kind in get_args(annotation) if isinstance(annotation, UnionType) else (annotation,):
            if not isinstance(kind, type):
                raise TypeError(f"{function.__name__}: the first parameter's annotation must be a class, not {kind!r}")
            self.functions.setdefault(kind, []).append(function)
        self.clear()
        return function

    def __missing__(self, kind: type) -> tuple[Handler, ...]:
        found = self[kind] = tuple(f for base in kind.__mro__ for f in self.functions.get(base, ()))
        return found
