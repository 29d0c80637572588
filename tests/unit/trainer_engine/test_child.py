import io
import json
import logging

import pytest

from services.trainer.engine.child import Notes, Reporter
from services.trainer.engine.job import Phase, Progress


def told(*reports: tuple[Phase, float]) -> list[tuple[str, float]]:
    """What of some reports in one moment reaches the parent."""
    out = io.StringIO()
    reporter = Reporter(out)
    for phase, percent in reports:
        reporter(Progress(phase, percent, None, ()))
    lines = map(json.loads, out.getvalue().splitlines())
    return [(line["phase"], line["percent"]) for line in lines]


def test_reports_of_one_moment_are_told_once() -> None:
    assert told(("encoding", 10.0), ("encoding", 11.0), ("encoding", 12.0)) == [("encoding", 10.0)]


def test_each_phase_is_told() -> None:
    reports: list[tuple[Phase, float]] = [("encoding", 10.0), ("checking", 10.0)]
    assert told(*reports) == reports


def test_the_end_is_told_however_soon_it_comes() -> None:
    reports: list[tuple[Phase, float]] = [("evaluating", 84.0), ("evaluating", 100.0)]
    assert told(*reports) == reports


def test_what_the_engine_logs_is_told_by_the_first_process(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    log = logging.getLogger("test of notes")
    log.addHandler(Notes(Reporter(out)))
    log.warning("training begins %s", "anew")
    monkeypatch.setenv("RANK", "1")
    log.warning("training begins anew")
    assert json.loads(out.getvalue()) == {"note": "training begins anew"}
