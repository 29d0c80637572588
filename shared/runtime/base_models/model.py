"""What a base model is: files with their digests, and where copies may be found."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PackagePiece:
    """A wheel with files of a model; `members` maps its paths to the model's files.

    A file that several wheels name is their parts in order.
    """

    requirement: str
    members: Mapping[str, str]


@dataclass(frozen=True)
class BaseModel:
    """The files of a model with their SHA-256, and where copies of them may be found."""

    files: Mapping[str, str]
    hub: str | None = None
    revision: str | None = None
    packages: Sequence[PackagePiece] = ()

    @property
    def digest(self) -> str:
        """The model's identity: SHA-256 over the sorted `digest  file` lines."""
        lines = sorted(f"{digest}  {name}\n" for name, digest in self.files.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()
