"""How the engine fails."""

from typing import Any, Literal

Blame = Literal["data", "platform"]


class EngineFault(Exception):
    """A training that cannot go on.

    ``code`` is stable and machine-readable, ``fault`` says who can mend it: the owner of the
    recordings (``data``) or the operator (``platform``), and ``str()`` is one sentence for people.
    ``data`` is what became of the audio, as in a `Result`, where that was found out.
    """

    def __init__(
        self, code: str, message: str, *, fault: Blame, data: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.fault: Blame = fault
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """``{code, fault, message, data?}``."""
        said = {"code": self.code, "fault": self.fault, "message": str(self)}
        return said if self.data is None else {**said, "data": self.data}


class Interrupted(Exception):
    """The caller asked to stop; a later run on the same work directory goes on from there."""
