"""`python -m argot.demo`: the main job on Debian's Asterisk prompts in French.

Exit code 0 only when the custom model was trained and enabled; the last line is then `DEMO ` and
one JSON object. Whatever happens, everything that it started is ended.
"""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from argot.client import Client
from argot.corpus import CorpusUnavailable, Language, Prompt, prompts
from argot.demo.job import Job
from argot.demo.journal import Journal
from argot.demo.observers import EventCounter, MemoryMeter
from argot.demo.report import Figures, print_examples, print_summary, print_transcripts
from argot.demo.run import figures, run
from argot.errors import ExpectedError
from argot.stack import Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from shared.runtime.local.processes import MissingProgram, NotReady

LANGUAGE: Language = "fr"
LIMIT_S = 3600
LOG_LINES = 30
SETTLE_S = 5.0


def main() -> int:
    """Do the job; returns the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGALRM, _run_out)
    signal.alarm(LIMIT_S)
    folder = Path(tempfile.mkdtemp(prefix="argot-demo-"))
    try:
        measured = _demo(folder)
    except (CorpusUnavailable, ExpectedError, MissingProgram, NotReady, httpx.HTTPError) as error:
        print(f"\nThe demo failed: {error}\nLogs are left in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    shutil.rmtree(folder, ignore_errors=True)
    print(measured.as_line(), flush=True)
    return 0


def _demo(folder: Path) -> Figures:
    """Start the stack, do the job, end the stack."""
    begun = time.monotonic()
    recorded = prompts(LANGUAGE)
    with Stack(folder / "data", settings=StackSettings(port=None)) as stack:
        print(f"Argot serves on {stack.address} after {time.monotonic() - begun:.1f} s", flush=True)
        journal = Journal()
        try:
            grant(stack.address, stack.token(org=DEMO, user="sysop", roles=["sysop"]))
            return _observed(stack, journal, recorded, folder)
        except (ExpectedError, httpx.HTTPError):
            _print_logs(stack, journal.suspect)
            raise


def _observed(stack: Stack, journal: Journal, recorded: Sequence[Prompt], folder: Path) -> Figures:
    """Do the job, count its events and measure its memory, print what came out."""
    token = stack.token(org=DEMO, user="demo", roles=["admin"])
    with (
        EventCounter(stack.amqp_url) as events,
        MemoryMeter(lambda: stack.pid("trainer-worker")) as memory,
        Client(stack.address, token) as client,
    ):
        results = run(Job(client, journal), LANGUAGE, recorded, folder)
        events.wait_for("TranscriptionSucceeded", 2 * len(results.held_out), SETTLE_S)
    measured = figures(results, events, memory)
    print_transcripts(results.forms, results.held_out[0].name)
    print_examples(results.heard, LANGUAGE)
    print_summary(measured, journal.took, results.heard, results.known)
    return measured


def _print_logs(stack: Stack, suspect: str) -> None:
    """The end of the logs of what is not ready, or else of the suspect."""
    for name in [name for name in stack.names if not stack.ready(name)] or [suspect]:
        lines = stack.logs(name).splitlines()[-LOG_LINES:]
        print(f"\nThe last lines of {name}:", *lines, sep="\n", file=sys.stderr)


def _run_out(*_: object) -> None:
    raise ExpectedError(f"it took longer than {LIMIT_S // 60} minutes")


if __name__ == "__main__":
    sys.exit(main())
