"""How the engine fails."""

from typing import Literal

Blame = Literal["data", "platform"]


class EngineFault(Exception):
    """A training that cannot go on.

    ``code`` is stable and machine-readable, ``fault`` says who can mend it: the owner of the
    recordings (``data``) or the operator (``platform``), and ``str()`` is one sentence for people.
    """

    def __init__(self, code: str, message: str, *, fault: Blame) -> None:
        super().__init__(message)
        self.code = code
        self.fault: Blame = fault

    def as_json(self) -> dict[str, str]:
        """``{code, fault, message}``."""
        return {"code": self.code, "fault": self.fault, "message": str(self)}


class Interrupted(Exception):
    """The caller asked to stop; a later run on the same work directory goes on from there."""
