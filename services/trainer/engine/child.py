"""A child process's ties to its parent: signals in, lines out."""

import ctypes
import json
import logging
import os
import signal
import time
from types import FrameType
from typing import Any, TextIO

from .job import Progress

PR_SET_PDEATHSIG = 1
REPORT_SECONDS = 1.0
WHOLE = 100.0


class Lifeline:
    """Asks for an orderly stop on SIGTERM, which also comes when the parent dies.

    A second SIGTERM ends the process at once. The parent's death is that of the thread that
    started this process: start it from one that lives as long as the parent.
    """

    def __init__(self) -> None:
        self._cut = False
        parent = os.getppid()
        signal.signal(signal.SIGTERM, self._on_term)
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # The parent may have died before the kernel was asked to tell.
        self._cut = os.getppid() != parent

    def cut(self) -> bool:
        """Whether to stop."""
        return self._cut

    def _on_term(self, signum: int, _frame: FrameType | None) -> None:
        if self._cut:
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)
        self._cut = True


class Reporter:
    """JSON lines: every change of phase and the end, else at most one a second."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._phase = ""
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        """Print a report if one is due."""
        now = time.monotonic()
        ended = progress.percent == WHOLE
        if progress.phase == self._phase and now < self._next and not ended:
            return
        self._phase, self._next = progress.phase, now + REPORT_SECONDS
        self._print(progress.as_json())

    def fail(self, fault: dict[str, Any]) -> None:
        """Print the last line of a training that failed."""
        self._print_first({"fault": fault})

    def note(self, message: str) -> None:
        """Print what an operator should know."""
        self._print_first({"note": message})

    def _print_first(self, document: dict[str, Any]) -> None:
        """From the first process of a group."""
        if os.environ.get("RANK", "0") == "0":
            self._print(document)

    def _print(self, document: dict[str, Any]) -> None:
        self._out.write(json.dumps(document, ensure_ascii=False) + "\n")
        self._out.flush()


class Notes(logging.Handler):
    """Passes on what the engine logs, for the operator."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        """Print it as a note."""
        self._reporter.note(record.getMessage())
