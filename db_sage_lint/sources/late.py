"""Runners whose modules are imported when they are needed: nearly all of them never are in a run."""

from importlib import import_module
from types import ModuleType

from msgspec import Struct

from db_sage_lint.sources.told import TOLD


class Sign(Struct, frozen=True):
    """What a folder must have for a runner to be asked about it: one of `names` in the paths of its files, each on a
    line of its own below the folder's own path, or one of `texts` in the samples, in lower case. Without either, every
    folder has it.
    """

    names: tuple[str, ...] = ()
    texts: tuple[bytes, ...] = ()

    def is_in(self, paths: str, samples: bytes) -> bool:
        """Whether the folder with these paths and samples has it."""
        if not self.names and not self.texts:
            return True
        return any(name in paths for name in self.names) or any(text in samples for text in self.texts)


class Late:
    """Stands in for a runner's module: what `told` says of it is known at once, all else imports the module."""

    def __init__(self, stem: str, *names: str, texts: tuple[bytes, ...] = ()) -> None:
        self.stem = stem
        self.sign = Sign(names, texts)
        self.__dict__.update(TOLD[stem])

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self.module(), name)
        self.__dict__[name] = value
        return value

    def module(self) -> ModuleType:
        """The module itself."""
        return import_module(f"db_sage_lint.sources.{self.stem}")
