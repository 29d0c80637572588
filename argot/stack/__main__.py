"""`python -m argot.stack up|down|status`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from argot.stack.daemon import DEFAULT_PORT, Running, StackFailed, down, run, running, up
from argot.stack.settings import FOLDER, StackSettings
from shared.runtime.local.postgres import UnreachableFolder
from shared.runtime.local.processes import MissingProgram, NotReady


def main(arguments: list[str]) -> int:
    """Run one command; the exit status."""
    commands: dict[str, Callable[[], None]] = {
        "up": _up,
        "down": _down,
        "status": _status,
        "run": lambda: run(Path(arguments[1])),  # what `up` puts into the background
    }
    if not arguments or arguments[0] not in commands:
        print("usage: python -m argot.stack up|down|status", file=sys.stderr)
        return 2
    try:
        commands[arguments[0]]()
    except ValidationError as error:
        for fault in error.errors():
            print(f"ARGOT_{str(fault['loc'][0]).upper()}: {fault['msg']}", file=sys.stderr)
        return 1
    except (MissingProgram, NotReady, StackFailed, UnreachableFolder) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _up() -> None:
    StackSettings()  # before anything is started
    before = running(FOLDER)
    stack = before or up(FOLDER)
    if before:
        print("Argot runs already.")
    elif StackSettings().port is None and not stack.address.endswith(f":{DEFAULT_PORT}"):
        print(f"Port {DEFAULT_PORT} is in use, so Argot took a free one.")
    _describe(stack)


def _down() -> None:
    print("Argot is stopped." if down(FOLDER) else "Argot does not run.")


def _status() -> None:
    stack = running(FOLDER)
    if stack:
        _describe(stack)
    else:
        print("Argot does not run.")


def _describe(stack: Running) -> None:
    print(f"Argot serves on {stack.address}\n\nTokens of the organisation demo, for 30 days:")
    for role, token in stack.tokens.items():
        print(f"  {role:6} {token}")
    print(f"\nData and logs are in {FOLDER}{os.sep}data. Stop it with: make down")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
