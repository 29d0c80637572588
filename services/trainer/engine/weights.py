"""A CTranslate2 Whisper model as a PyTorch one, and back.

CTranslate2 stacks the projections that read the same input: ``linear_0`` of a self attention is
query, key and value, ``linear_1`` of a cross attention key and value. Whisper's keys have no
bias; CTranslate2 stores zeros there, which PyTorch's model has no place for. Source:
``ctranslate2/converters/transformers.py``, ``WhisperLoader``.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import WhisperConfig, WhisperForConditionalGeneration

from .ct2 import ModelFile, write_model
from .fault import EngineFault

COMPANIONS = (
    "config.json",
    "tokenizer.json",
    "vocabulary.json",
    "vocabulary.txt",
    "preprocessor_config.json",
)
"""Files of a model directory that training does not change; those that exist are carried over."""

NORMS = {
    "self_attention/layer_norm": "self_attn_layer_norm",
    "attention/layer_norm": "encoder_attn_layer_norm",
    "ffn/layer_norm": "final_layer_norm",
}
LINEARS: dict[str, tuple[str | None, ...]] = {
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attention/linear_1": ("self_attn.out_proj",),
    "attention/linear_0": ("encoder_attn.q_proj",),
    "attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "attention/linear_2": ("encoder_attn.out_proj",),
    "ffn/linear_0": ("fc1",),
    "ffn/linear_1": ("fc2",),
}
TOP = {
    "decoder/embeddings/weight": "model.decoder.embed_tokens.weight",
    "decoder/position_encodings/encodings": "model.decoder.embed_positions.weight",
    "decoder/layer_norm/gamma": "model.decoder.layer_norm.weight",
    "decoder/layer_norm/beta": "model.decoder.layer_norm.bias",
    "encoder/position_encodings/encodings": "model.encoder.embed_positions.weight",
    "encoder/layer_norm/gamma": "model.encoder.layer_norm.weight",
    "encoder/layer_norm/beta": "model.encoder.layer_norm.bias",
    "encoder/conv1/weight": "model.encoder.conv1.weight",
    "encoder/conv1/bias": "model.encoder.conv1.bias",
    "encoder/conv2/weight": "model.encoder.conv2.weight",
    "encoder/conv2/bias": "model.encoder.conv2.bias",
}
PROJECTION = "decoder/projection/weight"
LAYER = re.compile(r"(encoder|decoder)/layer_(\d+)/(.+)/(weight|bias|gamma|beta)")


@dataclass(frozen=True)
class Block:
    """A CTranslate2 tensor and the PyTorch tensors stacked in it along the first axis.

    ``None`` stands for rows without a counterpart: the keys' bias.
    """

    name: str
    parts: tuple[str | None, ...]


def blocks(model: ModelFile) -> Iterator[Block]:
    """Every weight of the file; scalars are settings of CTranslate2 (heads, activation).

    Raises EngineFault for a weight that Whisper does not have.
    """
    for name in model.names():
        parts = _parts(name)
        if parts:
            yield Block(name, parts)
        elif name != PROJECTION and model.resolve(name).dim():
            message = "The base model has a weight that Whisper does not have."
            unexpected = KeyError(name)
            raise EngineFault("base-model-unreadable", message, fault="platform") from unexpected


def _parts(name: str) -> tuple[str | None, ...]:
    if name in TOP:
        return (TOP[name],)
    found = LAYER.fullmatch(name)
    if not found:
        return ()
    side, layer, place, kind = found.groups()
    prefix = f"model.{side}.layers.{layer}"
    if place in NORMS and kind in {"gamma", "beta"}:
        return (f"{prefix}.{NORMS[place]}.{'weight' if kind == 'gamma' else 'bias'}",)
    return tuple(
        None if kind == "bias" and str(part).endswith("k_proj") else f"{prefix}.{part}.{kind}"
        for part in LINEARS.get(place, ())
    )


def import_model(model: ModelFile, device: str = "cpu") -> WhisperForConditionalGeneration:
    """The PyTorch model with the file's weights in float32, in evaluation mode.

    Raises:
        EngineFault: ``base-model-unreadable`` if weights are missing, quantised or misshapen.
    """
    state: dict[str, torch.Tensor] = {}
    try:
        for block in blocks(model):
            tensor = model.resolve(block.name)
            _require_float(block.name, tensor)
            for part, rows in zip(block.parts, tensor.chunk(len(block.parts)), strict=True):
                if part:
                    state[part] = rows.to(device, torch.float32, copy=True)
        with torch.device("meta"):
            whisper: WhisperForConditionalGeneration = WhisperForConditionalGeneration(
                _config(model)
            )
        state["proj_out.weight"] = state["model.decoder.embed_tokens.weight"]
        whisper.load_state_dict(state, strict=True, assign=True)
    except (KeyError, ValueError, RuntimeError) as error:
        message = "The weights of the base model are not those of a Whisper model."
        raise EngineFault("base-model-unreadable", message, fault="platform") from error
    whisper.tie_weights()
    whisper.train(mode=False)
    whisper.requires_grad_(requires_grad=False)
    return whisper


def _require_float(name: str, tensor: torch.Tensor) -> None:
    if not tensor.is_floating_point():
        raise ValueError(f"{name} is quantised; a base model needs float weights")


def _config(model: ModelFile) -> WhisperConfig:
    layers = {
        side: 1 + max(int(m[2]) for m in map(LAYER.fullmatch, model.names()) if m and m[1] == side)
        for side in ("encoder", "decoder")
    }
    vocabulary, width = model.resolve("decoder/embeddings/weight").shape
    return WhisperConfig(
        vocab_size=vocabulary,
        d_model=width,
        num_mel_bins=model.resolve("encoder/conv1/weight").shape[1],
        encoder_layers=layers["encoder"],
        decoder_layers=layers["decoder"],
        encoder_attention_heads=int(model.resolve("encoder/num_heads")),
        decoder_attention_heads=int(model.resolve("decoder/num_heads")),
        encoder_ffn_dim=model.resolve("encoder/layer_0/ffn/linear_0/weight").shape[0],
        decoder_ffn_dim=model.resolve("decoder/layer_0/ffn/linear_0/weight").shape[0],
        max_source_positions=model.resolve("encoder/position_encodings/encodings").shape[0],
        max_target_positions=model.resolve("decoder/position_encodings/encodings").shape[0],
        tie_word_embeddings=True,
    )


def changed_file(base: ModelFile, state: Mapping[str, torch.Tensor]) -> ModelFile:
    """The base file with the PyTorch tensors of ``state``, rounded to the file's own precision.

    Names that ``state`` lacks keep the base's bits.
    """
    changed: dict[str, torch.Tensor] = {}
    for block in blocks(base):
        if not any(part in state for part in block.parts if part):
            continue
        old = base.resolve(block.name)
        rows = [
            state[part].detach().cpu().to(old.dtype) if part and part in state else kept
            for part, kept in zip(block.parts, old.chunk(len(block.parts)), strict=True)
        ]
        changed[block.name] = torch.cat(rows)
    if "decoder/embeddings/weight" in changed and PROJECTION in base.names():
        changed[PROJECTION] = changed["decoder/embeddings/weight"]
    return base.with_tensors(changed)


def export_model(model: ModelFile, base_dir: Path, model_dir: Path) -> None:
    """Write a directory that faster-whisper loads as it is; ``model_dir`` appears as a whole."""
    building = model_dir.with_name(model_dir.name + ".partial")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for name in COMPANIONS:
        if (base_dir / name).is_file():
            shutil.copyfile(base_dir / name, building / name)
    write_model(model, building / "model.bin")
    shutil.rmtree(model_dir, ignore_errors=True)
    building.rename(model_dir)
