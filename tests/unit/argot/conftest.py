"""A server of canned jobs, which is asked often; and signals that are heard."""

import signal
import threading
from collections.abc import Iterator

import pytest

from .jobs_server import JobsServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobsServer]:
    monkeypatch.setattr("argot.transcriptions.POLL_SECONDS", 0.01)
    with JobsServer() as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A process that was started in the background may have been told to ignore signals."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)
    signal.signal(signal.SIGHUP, hung_up)
