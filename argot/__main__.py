"""`argot`: where the command line starts, and how signals end it."""

import os
import signal
import sys
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command that the arguments name, and exit with its status.

    Until it can run, Ctrl-C just ends the process: there is nothing to clean up yet.
    """
    at_interrupt = signal.getsignal(signal.SIGINT)
    if at_interrupt is signal.default_int_handler:  # else whoever started it wants it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from argot.cli import app  # noqa: PLC0415 - takes long enough to be interrupted

    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` has it ignored
            signal.signal(number, _end)
    try:
        signal.signal(signal.SIGINT, at_interrupt)
        app()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _end(number: int, _frame: FrameType | None) -> None:
    """Clean up as after Ctrl-C; a terminal that goes away says so twice, which changes nothing."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    if number == signal.SIGHUP:  # what is still said would fail where there is no terminal
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
