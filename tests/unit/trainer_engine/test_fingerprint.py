from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.trainer.engine import Job, Recording, Segment, fingerprint
from services.trainer.engine.hardware import Hardware
from services.trainer.engine.recording import Clip

FLOAT32 = Hardware("cpu", autocast=False)
BFLOAT16 = Hardware("cpu", autocast=True)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    base_model = tmp_path / "base"
    base_model.mkdir()
    (base_model / "model.bin").write_bytes(b"weights")
    pcm = tmp_path / "0.pcm"
    pcm.write_bytes(b"\x01\x00" * 16000)
    recording = Recording("a.wav", pcm, (Segment(0.0, 1.0, "bonjour"),))
    return Job(base_model, "fr", (recording,), tmp_path / "work")


def name(job: Job) -> str:
    return fingerprint.fingerprint(job, "decoder")


def changed(job: Job, **settings: Any) -> Job:
    return replace(job, settings=replace(job.settings, **settings))


def heard(job: Job, **fields: Any) -> Job:
    return replace(job, recordings=(replace(job.recordings[0], **fields),))


def test_another_machine_goes_on_with_the_same_training(job: Job, tmp_path: Path) -> None:
    other = {"device": "cuda", "threads": 1, "halvings": 2, "checkpoint_seconds": 1.0}
    assert name(changed(job, **other)) == name(job)
    decoded = tmp_path / "elsewhere.pcm"
    decoded.write_bytes(b"\x02\x00" * 16000)  # a decoder that rounds otherwise
    assert name(heard(job, pcm=decoded)) == name(job)
    assert name(replace(job, work_dir=tmp_path)) == name(job)


def test_another_training_does_not(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = tmp_path / "shorter.pcm"
    shorter.write_bytes(b"\x01\x00" * 15999)
    others = [
        changed(job, seed=8),
        changed(job, learning_rate=1e-5),
        replace(job, language="de"),
        replace(job, recordings=(*job.recordings, replace(job.recordings[0], name="b.wav"))),
        heard(job, name="b.wav"),
        heard(job, segments=(Segment(0.0, 1.0, "bonsoir"),)),
        heard(job, segments=(Segment(0.0, 0.9, "bonjour"),)),
        heard(job, pcm=shorter),
        heard(job, pcm=tmp_path / "missing.pcm"),
    ]
    names = {name(each) for each in others} | {fingerprint.fingerprint(job, "whole")}
    before = name(job)
    monkeypatch.setattr(fingerprint, "FORMAT", fingerprint.FORMAT + 1)
    names.add(name(job))
    (job.base_model / "model.bin").write_bytes(b"other weights")
    names.add(name(job))
    assert len(names | {before}) == len(others) + 4


def test_what_is_computed_from_clips_is_used_for_these_clips_on_this_machine(
    clip: Callable[..., Clip],
) -> None:
    clips = [clip(), clip(index=1, at=5.0)]
    known = fingerprint.scratch_name("key", FLOAT32, clips)
    assert fingerprint.scratch_name("key", FLOAT32, clips) == known
    others = [
        ("another", FLOAT32, clips),
        ("key", BFLOAT16, clips),
        ("key", FLOAT32, clips[:1]),
        ("key", FLOAT32, [clips[0], clip(index=1, at=5.01)]),
    ]
    assert known not in {fingerprint.scratch_name(*each) for each in others}
