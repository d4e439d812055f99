"""A time limit for what runs in another process: it is asked to stop, again and again."""

import threading
import time
from collections.abc import Callable
from types import TracebackType

PATIENCE = 2.0


class Deadline:
    """While it is entered, `interrupt` is called once the seconds are over, and again as long as that doesn't help."""

    def __init__(self, seconds: float, interrupt: Callable[[int], None]) -> None:
        self.seconds = seconds
        self.interrupt = interrupt
        self.at = 0.0
        self.passed = 0
        self.over = threading.Event()
        self.thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self.passed = 0
        self.at = time.monotonic() + self.seconds if self.seconds else 0.0
        if self.thread is None and self.seconds:
            self.thread = threading.Thread(target=self.watch, daemon=True)
            self.thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.at = 0.0

    def watch(self) -> None:
        while not self.over.wait(min(0.1, self.seconds / 4)):
            if self.at and time.monotonic() > self.at:
                self.passed += 1
                self.at += PATIENCE
                try:
                    self.interrupt(self.passed)
                except Exception:  # noqa: BLE001, S112 - a server that is gone has nothing to interrupt; the runner tells of it
                    continue

    def end(self) -> None:
        self.over.set()
        if self.thread is not None:
            self.thread.join()
