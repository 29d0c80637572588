"""CTranslate2's ``model.bin``, binary version 6.

Little-endian. A header (version, spec name, spec revision), then the number of variables and
each as name, shape, type and bytes, then aliases: names that stand for a variable of the same
content. Strings carry their length as uint16, a closing zero byte included. Source:
``ctranslate2/specs/model_spec.py``, ``ModelSpec._serialize``.
"""

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import torch

from .fault import EngineFault

BINARY_VERSION = 6
SPEC = "WhisperSpec"
REVISION = 3

# The order is that of the DataType enum in ctranslate2/types.h.
TYPES = (torch.float32, torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class ModelFile:
    """The content of a ``model.bin``: variables in the order of the file, and aliases by name."""

    tensors: dict[str, torch.Tensor]
    aliases: dict[str, str]

    def resolve(self, name: str) -> torch.Tensor:
        """The tensor of a variable or of an alias. Raises KeyError."""
        return self.tensors[self.aliases.get(name, name)]

    def names(self) -> list[str]:
        """All names, aliases included."""
        return [*self.tensors, *self.aliases]

    def with_tensors(self, changed: dict[str, torch.Tensor]) -> "ModelFile":
        """The same model with other values under some names.

        An alias stays one while its content equals its variable's, bit for bit; otherwise it
        becomes a variable of its own (CTranslate2 aliases any two tensors that happened to be
        equal when the model was converted, and training need not keep them so).
        """
        tensors = {**self.tensors, **{k: v for k, v in changed.items() if k in self.tensors}}
        aliases: dict[str, str] = {}
        own: dict[str, torch.Tensor] = {}
        for alias, target in self.aliases.items():
            content = changed.get(alias, self.tensors[target])
            if torch.equal(content, tensors[target]):
                aliases[alias] = target
            else:
                own[alias] = content
        if own:
            tensors = dict(sorted({**tensors, **own}.items()))
        return replace(self, tensors=tensors, aliases=aliases)


def read_model(model_dir: Path) -> ModelFile:
    """Read ``model.bin`` of a directory.

    Raises:
        EngineFault: ``base-model-unreadable`` if it is not a Whisper model of this version.
    """
    try:
        with (model_dir / "model.bin").open("rb") as file:
            return _read(file)
    except (OSError, struct.error, ValueError, IndexError, RuntimeError) as error:
        message = "The model.bin of the base model cannot be read."
        raise EngineFault("base-model-unreadable", message, fault="platform") from error


def write_model(model: ModelFile, path: Path) -> None:
    """Write a ``model.bin``; what ``read_model`` gave comes out byte for byte."""
    with path.open("wb") as file:
        file.write(struct.pack("<I", BINARY_VERSION))
        _write_string(file, SPEC)
        file.write(struct.pack("<II", REVISION, len(model.tensors)))
        for name, tensor in model.tensors.items():
            _write_tensor(file, name, tensor)
        file.write(struct.pack("<I", len(model.aliases)))
        for alias, target in model.aliases.items():
            _write_string(file, alias)
            _write_string(file, target)


def _read(file: BinaryIO) -> ModelFile:
    (version,) = _unpack(file, "<I")
    if version != BINARY_VERSION:
        raise ValueError(f"binary version {version}, expected {BINARY_VERSION}")
    spec = _read_string(file)
    revision, count = _unpack(file, "<II")
    if (spec, revision) != (SPEC, REVISION):
        raise ValueError(f"{spec} revision {revision}, expected {SPEC} revision {REVISION}")
    tensors = dict(_read_tensor(file) for _ in range(count))
    (count,) = _unpack(file, "<I")
    aliases = {_read_string(file): _read_string(file) for _ in range(count)}
    if not set(aliases.values()) <= tensors.keys():
        raise ValueError("an alias of a variable that is not there")
    return ModelFile(tensors, aliases)


def _unpack(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _read_string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "<H")
    return file.read(length)[:-1].decode("utf-8")


def _write_string(file: BinaryIO, text: str) -> None:
    encoded = text.encode("utf-8")
    file.write(struct.pack("<H", len(encoded) + 1) + encoded + b"\0")


def _read_tensor(file: BinaryIO) -> tuple[str, torch.Tensor]:
    name = _read_string(file)
    (rank,) = _unpack(file, "<B")
    shape = _unpack(file, f"<{rank}I")
    kind, size = _unpack(file, "<BI")
    content = bytearray(file.read(size))
    if len(content) != size:
        raise ValueError("the file ends early")
    return name, torch.frombuffer(content, dtype=TYPES[kind]).reshape(shape)


def _write_tensor(file: BinaryIO, name: str, tensor: torch.Tensor) -> None:
    content = tensor.detach().cpu().contiguous()
    _write_string(file, name)
    file.write(struct.pack(f"<B{content.dim()}I", content.dim(), *content.shape))
    size = content.numel() * content.element_size()
    file.write(struct.pack("<BI", TYPES.index(content.dtype), size))
    file.write(content.reshape(-1).view(torch.uint8).numpy().tobytes())
