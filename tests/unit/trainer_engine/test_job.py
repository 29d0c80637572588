"""What is no job is refused before it begins."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.trainer.engine import EngineSettings, Job, Recording, Segment

PCM = Path("none.pcm")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("packings", 0),
        ("max_steps", 0),
        ("epochs", "3"),
        ("epochs", 2.0),
        ("seed", -1),
        ("threads", -3),
        ("threads", True),
        ("blends", 0.5),
        ("blends", ["a"]),
        ("blends", [0.5, 1.5]),
        ("blends", []),
        ("batch_windows", 0),
        ("strategy", "nonsense"),
        ("device", "tpu"),
        ("learning_rate", -1),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("beam_size", 0),
        ("halvings", -1),
        ("test_share", -1),
        ("checkpoint_seconds", -1),
        ("no_such_thing", 1),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(name: str, wrong: object) -> None:
    with pytest.raises(ValueError, match="settings of the engine") as caught:
        EngineSettings.from_json({"seed": 1, name: wrong} if name != "seed" else {name: wrong})
    assert str(caught.value) == f"Unknown or wrong settings of the engine: {name}."


def test_all_wrong_settings_are_named_once() -> None:
    with pytest.raises(ValueError, match=r": seed, blends, odd\.$"):
        EngineSettings.from_json({"odd": 1, "blends": ["a", 2], "seed": -1, "epochs": 1})


def test_settings_are_read_as_they_are_written() -> None:
    settings = {"epochs": 3, "learning_rate": 1, "blends": [0, 1.0], "max_steps": None}
    assert EngineSettings.from_json(settings) == EngineSettings(
        epochs=3, learning_rate=1.0, blends=(0.0, 1.0)
    )


def document(*recordings: dict[str, Any]) -> dict[str, Any]:
    return json.loads(  # type: ignore[no-any-return]
        json.dumps({"base_model": "base", "language": "fr", "recordings": recordings})
    )


def recording(name: str = "a.wav", **segment: object) -> dict[str, Any]:
    return {
        "name": name,
        "pcm": "a.pcm",
        "segments": [{"start": 0, "end": 1, "text": "oui", **segment}],
    }


def test_a_job_is_read_from_json(tmp_path: Path) -> None:
    job = Job.from_json(document(recording(), recording("b.wav")), tmp_path)
    assert [each.name for each in job.recordings] == ["a.wav", "b.wav"]
    assert job.recordings[0].segments == (Segment(0.0, 1.0, "oui"),)
    assert job.settings == EngineSettings()


@pytest.mark.parametrize(
    "recordings",
    [
        (recording(), recording(text="non")),
        (recording(name="\ud800.wav"),),
        (recording(text="ou\udfffi"),),
        (recording(start=float("-inf")),),
        (recording(end=float("nan")),),
    ],
)
def test_recordings_that_no_training_can_take_are_refused(
    tmp_path: Path, recordings: tuple[dict[str, Any], ...]
) -> None:
    with pytest.raises(ValueError):
        Job.from_json(document(*recordings), tmp_path)


def test_a_job_that_is_made_is_refused_too(tmp_path: Path) -> None:
    twin = Recording("a.wav", PCM, ())
    with pytest.raises(ValueError, match="same name"):
        Job(tmp_path, "fr", (twin, twin), tmp_path)
