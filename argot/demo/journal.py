"""What the demo prints while it works, and how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Journal:
    """Steps with their times; `suspect` names the process that does the work of this step."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self.took: dict[str, float] = {}
        self.suspect = "gateway"

    @property
    def elapsed(self) -> float:
        """Seconds since the journal began."""
        return time.monotonic() - self._begun

    def say(self, text: str) -> None:
        """Print a line with the time since the journal began."""
        print(f"[{self.elapsed:6.1f} s] {text}", flush=True)

    @contextmanager
    def step(self, name: str, suspect: str) -> Iterator[None]:
        """Time a step; where it fails, its suspect stays named."""
        begun = time.monotonic()
        self.suspect = suspect
        self.say(f"{name} …")
        yield
        self.took[name] = time.monotonic() - begun
        self.suspect = "gateway"
