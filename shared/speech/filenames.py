"""What a file's name says: its kind, the name it is stored under, what it pairs with."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class FileKind(StrEnum):
    """What an uploaded file holds, judged by its extension alone."""

    AUDIO = "audio"
    VIDEO = "video"
    TRANSCRIPT = "transcript"
    MANIFEST = "manifest"


class UploadType(StrEnum):
    """The type chosen in the upload dialog; the values are those of the HTTP contract."""

    AUTO = "auto"
    AUDIO = "AUDIO"
    TRANSCRIPT = "TRANSCRIPT"


class DatasetType(StrEnum):
    """The type a dataset row shows; a video's row is AUDIO, as only its audio is kept."""

    AUDIO = "AUDIO"
    TRANSCRIPT = "TRANSCRIPT"
    MANIFEST = "MANIFEST"


EXTENSIONS: Mapping[FileKind, tuple[str, ...]] = MappingProxyType(
    {
        FileKind.AUDIO: ("wav", "mp3", "m4a", "flac"),
        FileKind.VIDEO: ("mp4", "mov", "mkv", "webm", "avi"),
        FileKind.TRANSCRIPT: ("vtt", "srt", "txt"),
        FileKind.MANIFEST: ("jsonl",),
    }
)
ALLOWED_KINDS: Mapping[UploadType, frozenset[FileKind]] = MappingProxyType(
    {
        UploadType.AUTO: frozenset(FileKind),
        UploadType.AUDIO: frozenset({FileKind.AUDIO, FileKind.VIDEO}),
        UploadType.TRANSCRIPT: frozenset({FileKind.TRANSCRIPT}),
    }
)
MAX_NAME_BYTES = 255
"""What a file system takes as one name, in UTF-8."""

_KIND_BY_EXTENSION = {
    extension: kind for kind, extensions in EXTENSIONS.items() for extension in extensions
}
_DATASET_TYPES = {
    FileKind.AUDIO: DatasetType.AUDIO,
    FileKind.VIDEO: DatasetType.AUDIO,
    FileKind.TRANSCRIPT: DatasetType.TRANSCRIPT,
    FileKind.MANIFEST: DatasetType.MANIFEST,
}
# What Windows takes for a device, whatever extensions follow.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_SAFE_CHARACTERS = re.compile(r"[A-Za-z0-9._-]*")
_SEPARATORS = re.compile(r"[/\\]")


def basename(name: str) -> str:
    """The last part of a path written with either kind of slash."""
    return _SEPARATORS.split(name)[-1]


def extension(name: str) -> str:
    """The extension in lower case without its dot; empty for `talk`, `talk.` and `.wav`."""
    before, _, after = basename(name).rpartition(".")
    return after.lower() if before else ""


def kind_of(name: str) -> FileKind | None:
    """The kind that the extension names, in any case; None when it is not supported."""
    return _KIND_BY_EXTENSION.get(extension(name))


def dataset_type(kind: FileKind) -> DatasetType:
    """The type of the row that a file of this kind becomes."""
    return _DATASET_TYPES[kind]


def allows(upload_type: UploadType, kind: FileKind) -> bool:
    """Whether an upload of this type takes a file of this kind."""
    return kind in ALLOWED_KINDS[upload_type]


def stored_name(name: str) -> str:
    """The name the row bears: a video's becomes `.m4a`, every other stays as it is."""
    if kind_of(name) is not FileKind.VIDEO:
        return name
    return name.rpartition(".")[0] + ".m4a"


def stem(name: str) -> str:
    """The key by which audio and transcripts pair: `Talk1.mp4` and `x/talk1.vtt` share one."""
    last = basename(name)
    return (last.rpartition(".")[0] or last).casefold()


def is_name(name: str) -> bool:
    """Whether a file may be listed under it, unsafe or not.

    Control characters, line separators and lone surrogates are in nobody's names.
    """
    unwritable = any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in name)
    return not unwritable and 0 < len(name.encode()) <= MAX_NAME_BYTES


def is_safe(name: str) -> bool:
    """Whether the name has ASCII letters, digits, `.`, `_` and `-` only, and at most 255.

    A leading `-` would read as an option, a leading `.` hides the file, and a device such as
    `CON.wav` is no file on Windows: all are unsafe.
    """
    if len(name) > MAX_NAME_BYTES or _DEVICE.fullmatch(name):
        return False
    return _SAFE.fullmatch(name) is not None


def unsafe_because(name: str) -> str:
    """What the owner of a name that is not safe can do about it."""
    if _SAFE_CHARACTERS.fullmatch(name):
        return "It must not begin with '.' or '-', nor be a Windows device such as CON or NUL"
    return "Use only letters, digits, '.', '_' and '-'"
