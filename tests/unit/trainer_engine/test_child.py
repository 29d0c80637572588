import io
import json

from services.trainer.engine.child import Reporter
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
