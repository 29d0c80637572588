"""A server of canned jobs, which is asked often."""

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
