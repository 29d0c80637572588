"""Work that is due again and again, beside a worker's jobs."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

STOP_SECONDS = 10.0


class PeriodicLoop:
    """Runs `work()` at the start and then every `seconds`, in a thread; a failure is logged.

    The work must bear to be cut off anywhere, as it is when the process ends.
    """

    def __init__(self, name: str, work: Callable[[], None], *, seconds: float) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin no more."""
        self._stopping.set()

    def stop(self) -> None:
        """Ask, and wait a little for the end."""
        self.ask_to_stop()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except Exception as error:  # whatever it is, the next time is another chance
                log.warning("periodic_work_failed", work=self._name, error=type(error).__name__,
                            exc_info=True)  # fmt: skip
            self._stopping.wait(self._seconds)
