"""What git knows: the files of a base revision or of the index, and their content. Asks the `git` program."""

import os
import subprocess
from collections.abc import Iterable, Iterator

from db_sage_lint.errors import UserError
from db_sage_lint.sources.walk import is_wanted

INDEX = ""


def run(*arguments: str, stdin: bytes | None = None) -> bytes:
    """What git prints. Raises UserError with git's own words, or where git isn't there."""
    try:
        done = subprocess.run(["git", *arguments], input=stdin, capture_output=True, check=False)
    except FileNotFoundError:
        raise UserError("git is not installed, but --since and --staged need it") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise UserError(f"git {arguments[0]}: {words[-1].removeprefix('fatal: ')}")
    return done.stdout


def merge_base(revision: str) -> str:
    """The commit where the current branch left `revision`; with no common ancestor, the revision itself.

    Raises UserError where there is no such revision.
    """
    if revision.startswith("-"):
        raise UserError(f"--since {revision}: not a revision")
    if not exists(revision):
        raise UserError(f"--since {revision}: git knows no such revision; fetch it, or name one of `git branch -a`")
    commit = run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not exists("HEAD"):
        return commit.decode().strip()
    done = subprocess.run(["git", "merge-base", commit.decode().strip(), "HEAD"], capture_output=True, check=False)
    return (done.stdout if done.returncode == 0 else commit).decode().strip()


def exists(revision: str) -> bool:
    done = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


class Snapshot:
    """The files of a commit, or of the index (`INDEX`), that a runner could know, by their path in the working tree.

    `folder` is any folder of the repository. Raises UserError where it is in none.
    """

    def __init__(self, revision: str, folder: str = ".") -> None:
        self.top = run("-C", folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")
        self.objects = dict(self._list(revision))
        self._content: dict[str, bytes] = {}

    def _list(self, revision: str) -> Iterator[tuple[str, str]]:
        command = ("ls-files", "-s", "-z") if revision == INDEX else ("ls-tree", "-r", "-z", revision)
        for line in run("-C", self.top, *command).decode("utf-8", "surrogateescape").split("\0"):
            fields, _, path = line.partition("\t")
            if is_wanted(path):
                yield path, fields.split()[1 if revision == INDEX else 2]

    def key(self, path: str) -> str:
        """The path as git knows it: relative to the top of the repository."""
        return os.path.relpath(os.path.realpath(path), self.top).replace(os.sep, "/")

    def shown(self, key: str) -> str:
        """The path as findings print it: relative to the current folder."""
        return os.path.relpath(os.path.join(self.top, key)).replace(os.sep, "/")

    def __contains__(self, path: str) -> bool:
        return self.key(path) in self.objects

    def object_id(self, path: str) -> str:
        return self.objects[self.key(path)]

    @staticmethod
    def id_of(content: bytes) -> str:
        """The id under which git stores the bytes of a file, in repositories that hash with SHA-1."""
        import hashlib

        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def read(self, path: str) -> bytes:
        """The file's bytes as git holds them."""
        key = self.key(path)
        if key not in self._content:
            self.preload([path])
        return self._content[key]

    def preload(self, paths: Iterable[str]) -> None:
        """Reads several files with one call of git."""
        wanted = [key for key in map(self.key, paths) if key not in self._content]
        if not wanted:
            return
        request = "".join(f"{self.objects[key]}\n" for key in wanted).encode()
        answer = run("-C", self.top, "cat-file", "--batch", stdin=request)
        at = 0
        for key in wanted:
            line_end = answer.index(b"\n", at)
            size = int(answer[at:line_end].split()[2])
            self._content[key] = answer[line_end + 1 : line_end + 1 + size]
            at = line_end + 2 + size
