"""A line on a terminal's standard error that says that a long run is alive."""

import sys
import time
from types import TracebackType
from typing import Self

QUIET_SECONDS = 1.0
TICK = 0.2


class Progress:
    """While it is entered, a line that counts the seconds, from the second one on; it is gone at the end.

    Nothing happens unless `wanted` and standard error is a terminal.
    """

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self.wanted:
            from threading import Event, Thread

            self.done = Event()
            self.thread = Thread(target=self.tick, daemon=True)
            self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.wanted:
            self.done.set()
            self.thread.join()

    def tick(self) -> None:
        begun = time.monotonic()
        if self.done.wait(QUIET_SECONDS):
            return
        while not self.done.wait(TICK):
            print(f"\rchecking, {time.monotonic() - begun:.0f} s", end="", file=sys.stderr, flush=True)
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
