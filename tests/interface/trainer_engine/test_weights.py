from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from ctranslate2.converters.transformers import WhisperLoader
from transformers import WhisperConfig, WhisperForConditionalGeneration

from services.trainer.engine import EngineFault
from services.trainer.engine.ct2 import ModelFile, read_model, write_model
from services.trainer.engine.weights import changed_file, export_model, import_model


@pytest.mark.parametrize("name", ["whisper-base", "whisper-tiny.en"])
def test_import_and_export_without_training_is_the_same_file(
    base_model_dir: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    base_dir = base_model_dir(name)
    base = read_model(base_dir)
    whisper = import_model(base)
    export_model(changed_file(base, whisper.state_dict()), base_dir, tmp_path / "model")
    assert (tmp_path / "model/model.bin").read_bytes() == (base_dir / "model.bin").read_bytes()
    for companion in ("config.json", "tokenizer.json", "vocabulary.txt"):
        exported = (tmp_path / "model" / companion).read_bytes()
        assert exported == (base_dir / companion).read_bytes()


def test_float32_storage_keeps_every_bit_too(
    base_model_dir: Callable[[str], Path], tmp_path: Path
) -> None:
    half = read_model(base_model_dir("whisper-tiny.en"))
    noise = torch.Generator().manual_seed(7)
    full = replace(
        half,
        tensors={
            # Values that float16 cannot hold.
            name: tensor.float() * (1 + 1e-5 * torch.rand((), generator=noise))
            if tensor.dtype == torch.float16
            else tensor
            for name, tensor in half.tensors.items()
        },
    )
    write_model(full, tmp_path / "model.bin")
    read = read_model(tmp_path)
    again = changed_file(read, import_model(read).state_dict())
    assert list(again.tensors) == list(full.tensors)
    # A key's bias is zero in every Whisper model, so scaling has not made it anything else.
    for name, tensor in full.tensors.items():
        assert torch.equal(again.tensors[name], tensor), name


@pytest.mark.parametrize(
    ("mels", "vocabulary", "encoder_layers", "decoder_layers"),
    [(80, 51865, 2, 2), (128, 51866, 3, 1)],
    ids=["like-large-v2", "like-distil-large-v3"],
)
def test_reads_what_ctranslate2_converts(
    tmp_path: Path, mels: int, vocabulary: int, encoder_layers: int, decoder_layers: int
) -> None:
    config = WhisperConfig(
        vocab_size=vocabulary,
        num_mel_bins=mels,
        d_model=32,
        encoder_layers=encoder_layers,
        decoder_layers=decoder_layers,
        encoder_attention_heads=2,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=48,
    )
    torch.manual_seed(7)
    wanted = WhisperForConditionalGeneration(config)
    spec = WhisperLoader().get_model_spec(wanted)
    spec.register_vocabulary([str(number) for number in range(vocabulary)])
    spec.validate()
    spec.optimize(quantization="float32")
    spec._serialize(str(tmp_path / "model.bin"))

    file = read_model(tmp_path)
    found = import_model(file)
    for name, tensor in wanted.state_dict().items():
        assert torch.equal(found.state_dict()[name], tensor), name
    assert found.config.decoder_attention_heads == 4
    write_model(changed_file(file, found.state_dict()), tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == (tmp_path / "model.bin").read_bytes()


def test_an_alias_whose_content_changes_becomes_a_variable() -> None:
    file = ModelFile({"a": torch.zeros(2), "c": torch.ones(1)}, {"b": "a", "d": "c"})
    changed = file.with_tensors({"a": torch.zeros(2), "b": torch.ones(2)})
    assert changed.aliases == {"d": "c"}
    assert list(changed.tensors) == ["a", "b", "c"]
    assert torch.equal(changed.resolve("b"), torch.ones(2))
    assert torch.equal(changed.resolve("a"), torch.zeros(2))


@pytest.mark.parametrize("content", [b"", b"\x06\0\0\0", b"not a model at all" * 20])
def test_another_file_is_not_a_base_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(EngineFault) as caught:
        read_model(tmp_path)
    assert (caught.value.code, caught.value.fault) == ("base-model-unreadable", "platform")


def test_a_quantised_model_is_not_a_base_model(base_model_dir: Callable[[str], Path]) -> None:
    file = read_model(base_model_dir("whisper-tiny.en"))
    name = "decoder/layer_0/ffn/linear_0/weight"
    quantised = replace(file, tensors={**file.tensors, name: file.tensors[name].to(torch.int8)})
    with pytest.raises(EngineFault, match="not those of a Whisper model"):
        import_model(quantised)
