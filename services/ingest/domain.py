"""What ingest decides about files."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.errors import ArgotError
from shared.events.data import AudioLevels, StoredFile, TextFacts
from shared.rpc.ingest import NamedFile, OpenedUpload
from shared.rpc.uploads import MAX_FILE_SIZE
from shared.speech.cues import Cue, segment
from shared.speech.filenames import (
    ALLOWED_KINDS,
    FileKind,
    UploadType,
    allows,
    is_name,
    kind_of,
    stored_name,
)

MAX_FILES = 100
DOWNLOAD_SECONDS = 300


class Admitted(NamedTuple):
    """A file that may be uploaded; `row_name` is what its dataset row will bear."""

    file: NamedFile
    kind: FileKind
    row_name: str


@dataclass(frozen=True)
class Facts:
    """What a usable file holds, and where it is stored for good; times in seconds.

    `named` are the audio files that a manifest names.
    """

    stored: StoredFile
    duration: float | None = None
    start_time: float | None = None
    end_time: float | None = None
    cues: int | None = None
    levels: AudioLevels | None = None
    text: TextFacts | None = None
    named: list[str] | None = None


def text_facts(labels: Sequence[Cue | str], language: str | None) -> TextFacts:
    """What the texts are like; those without times are labels as they are, cues after the limits.

    `spoken_seconds` is None unless every text has its times.
    """
    texts = [label if isinstance(label, str) else label.text for label in labels]
    cues = [label for label in labels if isinstance(label, Cue)]
    timeless = [" ".join(label.split()) for label in labels if isinstance(label, str)]
    longest = max(
        (len(text.encode()) for text in [*timeless, *(cue.text for cue in segment(cues).kept)]),
        default=0,
    )
    return TextFacts(
        characters=sum(map(len, texts)),
        words=sum(len(text.split()) for text in texts),
        spoken_seconds=None if timeless else round(math.fsum(cue.seconds for cue in cues), 3),
        longest_label=longest,
        language=language,
    )


def check_batch(files: Sequence[NamedFile]) -> None:
    """Errors: `batch-too-large`, `invalid-request`."""
    if len(files) > MAX_FILES:
        raise ArgotError("batch-too-large", f"At most {MAX_FILES} files, not {len(files)}")
    if not files:
        raise ArgotError("invalid-request", "At least one file is required")


def row_names(files: Iterable[NamedFile]) -> set[str]:
    """The names that rows of these files would bear; what is no name is left out."""
    return {stored_name(file.name) for file in files if is_name(file.name)}


def sort_batch(
    files: Sequence[NamedFile], chosen: UploadType, taken: Iterable[str]
) -> list[Admitted | OpenedUpload]:
    """For each file in order: its admission, or the item that says why there is none.

    `taken` are the names of the model's rows. A video collides by the `.m4a` name that its row
    gets, which all videos of one original name share.
    """
    names = set(taken)
    sorted_batch: list[Admitted | OpenedUpload] = []
    for file in files:
        admitted = _admit(file, chosen)
        if isinstance(admitted, Admitted):
            if admitted.row_name in names:
                admitted = OpenedUpload(name=file.name, status="skipped", reason="duplicate")
            else:
                names.add(admitted.row_name)
        sorted_batch.append(admitted)
    return sorted_batch


def _admit(file: NamedFile, chosen: UploadType) -> Admitted | OpenedUpload:
    if not is_name(file.name):
        return _rejected(
            file, "invalid-request", "A file name has 1 to 255 bytes and no control characters"
        )
    kind = kind_of(file.name)
    if kind is None:
        return _rejected(file, "unsupported-file-type", "Files of this type are not supported")
    if not allows(chosen, kind):
        kinds = " or ".join(sorted(ALLOWED_KINDS[chosen]))
        return _rejected(file, "unsupported-file-type", f"{chosen} takes {kinds} files only")
    if file.size > MAX_FILE_SIZE:
        return _rejected(file, "file-too-large", "A file has at most 10 GiB")
    if file.size < 1:
        return _rejected(file, "invalid-request", "The file is empty")
    return Admitted(file, kind, stored_name(file.name))


def _rejected(file: NamedFile, code: str, detail: str) -> OpenedUpload:
    return OpenedUpload(name=file.name, status="rejected", code=code, detail=detail)
