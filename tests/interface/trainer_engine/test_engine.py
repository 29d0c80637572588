from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from faster_whisper import WhisperModel, decode_audio
from transformers import WhisperForConditionalGeneration

from argot.corpus import prompts
from services.trainer.engine import (
    EngineFault,
    EngineSettings,
    Interrupted,
    Job,
    Progress,
    Recording,
    Result,
    train,
    training,
)
from services.trainer.engine.ct2 import read_model
from services.trainer.engine.features import Spectrograms
from services.trainer.engine.hardware import Hardware
from services.trainer.engine.parity import (
    Said,
    Sample,
    alignment_heads,
    check_parity,
    check_rounded,
)
from services.trainer.engine.recogniser import MAX_TEXT_TOKENS, Followed, Recogniser
from services.trainer.engine.recording import read_waveform
from services.trainer.engine.split import rank
from services.trainer.engine.vocabulary import Vocabulary
from services.trainer.engine.weights import import_model
from services.trainer.engine.windows import WINDOW_SECONDS
from shared.events.data import Evaluation
from shared.speech.words import normalise

from .conftest import QUICK

Finished = tuple[Job, Result, list[Progress]]

PROCESSOR = Hardware("cpu", autocast=False)

WRONG = "Nobody remembers what the weather was like in October."

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module", autouse=True)
def all_that_was_learnt() -> Iterator[None]:
    """Models come out as tuned: after four steps they may be no better than the base model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "choose", max)
        yield


@pytest.fixture(scope="module")
def finished(
    base_model_dir: Callable[[str], Path],
    recordings: tuple[Recording, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Finished:
    """An uninterrupted run: its job, result and reports."""
    settings = EngineSettings(**QUICK, epochs=2)
    work_dir = tmp_path_factory.mktemp("finished")
    job = Job(base_model_dir("whisper-tiny.en"), "en", recordings, work_dir, settings)
    reports: list[Progress] = []
    result = train(job, reports.append)
    assert result
    return job, result, reports


def test_progress_rises_through_all_phases(finished: Finished) -> None:
    _, _, reports = finished
    percents = [report.percent for report in reports]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert list(dict.fromkeys(report.phase for report in reports)) == [
        "preparing",
        "baseline",
        "encoding",
        "checking",
        "training",
        "blending",
        "exporting",
        "evaluating",
    ]
    assert [step for step, _ in reports[-1].loss] == [1, 2, 3, 4]


def test_the_result_keeps_the_contract(finished: Finished) -> None:
    job, result, _ = finished
    evaluation = result.evaluation
    assert evaluation.keys() == Evaluation.model_fields.keys()
    Evaluation.model_validate(evaluation)
    assert evaluation["hallucinated_words"]["baseline"] >= 0
    assert evaluation["ci95"][0] <= evaluation["wer"] <= evaluation["ci95"][1]
    assert evaluation["samples"][0].keys() == {"reference", "baseline", "tuned"}
    total = sum(recording.seconds for recording in job.recordings)
    assert result.data["segments"] == len(job.recordings)
    assert result.data["seconds_used"] == pytest.approx(total, abs=0.1)
    assert result.data["dropped"] == []
    assert result.data["suspects"] == []
    assert result.run["strategy"] == "decoder"
    assert 0 <= result.run["rounding"] <= 0.5


def test_training_changes_the_decoder_alone(finished: Finished) -> None:
    job, result, _ = finished
    before, after = read_model(job.base_model), read_model(result.model_dir)
    changed = {n for n in before.tensors if not torch.equal(before.tensors[n], after.tensors[n])}
    assert "decoder/layer_0/ffn/linear_0/weight" in changed
    assert all(name.startswith("decoder/") for name in changed)
    assert "decoder/embeddings/weight" not in changed


def test_a_whole_model_learns_to_hear_and_is_served_as_measured(
    job: Callable[..., Job], tmp_path: Path
) -> None:
    whole = job(tmp_path, strategy="whole", max_steps=2)
    result = train(whole, lambda _: None)
    assert result
    assert result.run["strategy"] == "whole"
    before, after = read_model(whole.base_model), read_model(result.model_dir)
    changed = {n for n in before.tensors if not torch.equal(before.tensors[n], after.tensors[n])}
    assert {"encoder/conv1/weight", "decoder/layer_0/ffn/linear_0/weight"} <= changed
    assert not changed & {"encoder/position_encodings/encodings", "decoder/embeddings/weight"}
    assert result.evaluation["wer"] <= result.evaluation["baseline_wer"] + 0.05


def test_planted_wrong_transcripts_are_reported(job: Callable[..., Job], tmp_path: Path) -> None:
    right = job(tmp_path, max_steps=1)
    held_out = min(right.recordings, key=lambda each: rank(each.name))
    trained = max(right.recordings, key=lambda each: rank(each.name))
    recordings = tuple(
        replace(each, segments=(replace(each.segments[0], text=WRONG),))
        if each in (held_out, trained)
        else each
        for each in right.recordings
    )
    result = train(replace(right, recordings=recordings), lambda _: None)
    assert result
    found = {each["file"]: each for each in result.data["suspects"]}
    assert found.keys() == {held_out.name, trained.name}
    assert found[trained.name]["written"] == WRONG
    assert found[trained.name]["heard"] != WRONG
    assert found[trained.name]["end"] == pytest.approx(trained.seconds, abs=0.1)


def test_faster_whisper_loads_the_model(
    finished: Finished, recordings: tuple[Recording, ...]
) -> None:
    _, result, _ = finished
    model = WhisperModel(str(result.model_dir), device="cpu", compute_type="float32", cpu_threads=1)
    audio = read_waveform(recordings[0].pcm, 0, 10**9)
    segments, _ = model.transcribe(audio, language="en", beam_size=1, word_timestamps=True)
    words = [word for segment in segments for word in segment.words]
    assert len(words) > 3
    assert all(word.start <= word.end for word in words)


def test_a_finished_run_leaves_nothing_but_the_model(finished: Finished) -> None:
    job, _, _ = finished
    assert sorted(path.name for path in job.work_dir.iterdir()) == ["model", "result.json"]


def test_an_interrupted_and_resumed_run_ends_in_the_same_weights(
    finished: Finished, job: Callable[..., Job], tmp_path: Path
) -> None:
    _, uninterrupted, _ = finished
    steps: list[int] = []

    def report(progress: Progress) -> None:
        steps.append(len(progress.loss))

    again = job(tmp_path, epochs=2)
    with pytest.raises(Interrupted):
        train(again, report, should_stop=lambda: bool(steps) and steps[-1] >= 2)
    assert (tmp_path / "checkpoint.safetensors").exists()
    assert (tmp_path / "checkpoint.json").exists()
    # Only the checkpoint outlives the machine that was interrupted.
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("checkpoint.safetensors", "checkpoint.json"):
        (tmp_path / name).rename(moved / name)
    reports: list[Progress] = []
    resumed = train(job(moved, epochs=2), reports.append)
    assert resumed
    first = next(report for report in reports if report.phase == "training")
    assert len(first.loss) == 3
    expected = (uninterrupted.model_dir / "model.bin").read_bytes()
    assert (resumed.model_dir / "model.bin").read_bytes() == expected


@pytest.fixture
def sample(finished: Finished, recordings: tuple[Recording, ...]) -> Sample:
    vocabulary = Vocabulary.read(finished[0].base_model, "en")
    return Sample(read_waveform(recordings[0].pcm, 0, 10**9), vocabulary, "en")


@pytest.fixture
def said(finished: Finished, sample: Sample) -> Callable[..., Said]:
    """What the export says, checked against a model that may have been harmed."""
    job, result, _ = finished

    def check(
        harm: Callable[[WhisperForConditionalGeneration], None] = lambda _: None,
        heads: Sequence[tuple[int, int]] | None = None,
    ) -> Said:
        whisper = import_model(read_model(result.model_dir))
        harm(whisper)
        exact = Recogniser(result.model_dir, sample.vocabulary, PROCESSOR, threads=1, exact=True)
        return check_parity(
            whisper, heads or alignment_heads(job.base_model, whisper), exact, sample
        )

    return check


def refused(check: Callable[[], object]) -> bool:
    """Whether a check says that the export is not what was trained."""
    with pytest.raises(EngineFault) as caught:
        check()
    return (caught.value.code, caught.value.fault) == ("parity", "platform")


def test_an_export_that_says_something_else_is_refused(said: Callable[..., Said]) -> None:
    def harm(whisper: WhisperForConditionalGeneration) -> None:
        # Another order of the encoder's frames: what a mistake in the conversion might do.
        positions = whisper.model.encoder.embed_positions.weight.data
        positions.copy_(positions.flip(0))

    assert said().tokens
    assert refused(lambda: said(harm))


def test_an_export_that_tells_other_times_is_refused(said: Callable[..., Said]) -> None:
    assert refused(lambda: said(heads=[(0, 0)]))


def test_a_long_text_is_heard_to_its_end(base_model_dir: Callable[[str], Path]) -> None:
    """It has more tokens than half of what a text may have."""
    base_model = base_model_dir("whisper-base")
    window = (each for each in prompts("fr") if each.seconds <= WINDOW_SECONDS)
    said = max(window, key=lambda each: len(each.text))
    vocabulary = Vocabulary.read(base_model, "fr")
    assert len(vocabulary.encode(said.text)) > MAX_TEXT_TOKENS / 2
    recogniser = Recogniser(base_model, vocabulary, PROCESSOR, threads=1)
    (text,) = recogniser.decode(Spectrograms(80).of(decode_audio(str(said.path)))[None])
    assert normalise(text, "fr").split()[-1] == normalise(said.text, "fr").split()[-1]


def test_an_english_only_model_learns_no_french(base_model_dir: Callable[[str], Path]) -> None:
    with pytest.raises(EngineFault) as caught:
        Vocabulary.read(base_model_dir("whisper-tiny.en"), "fr")
    assert caught.value.code == "language-not-supported"


def test_speech_in_another_language_is_a_fault_of_the_data(
    base_model_dir: Callable[[str], Path], recordings: tuple[Recording, ...], tmp_path: Path
) -> None:
    job = Job(base_model_dir("whisper-base"), "el", recordings, tmp_path, EngineSettings(**QUICK))
    with pytest.raises(EngineFault) as caught:
        train(job, lambda _: None)
    assert (caught.value.code, caught.value.fault) == ("language-unlike-base", "data")
    assert "'en'" in str(caught.value)
    assert caught.value.data is not None
    assert caught.value.data["segments"] == len(recordings)


def test_a_language_that_is_heard_as_another_but_not_understood_in_it_is_learnt(
    base_model_dir: Callable[[str], Path], recordings: tuple[Recording, ...], tmp_path: Path
) -> None:
    unknown = "Παρακαλώ περιμένετε στο τηλέφωνο."
    written = tuple(
        replace(each, segments=(replace(each.segments[0], text=unknown),)) for each in recordings
    )
    job = Job(base_model_dir("whisper-base"), "el", written, tmp_path)
    phases: list[str] = []
    with pytest.raises(Interrupted):
        train(
            job,
            lambda progress: phases.append(progress.phase),
            should_stop=lambda: phases[-1:] == ["encoding"],
        )


def test_the_export_hears_the_same_words_at_the_same_times_when_it_is_rounded(
    finished: Finished, sample: Sample, said: Callable[..., Said]
) -> None:
    _, result, _ = finished
    exact = said()
    heard = exact.heard

    def check(other: Followed) -> float:
        return check_rounded(result.model_dir, PROCESSOR, 1, sample, Said(exact.tokens, other))

    assert check(heard) <= 0.5
    assert refused(lambda: check(replace(heard, begins=heard.begins + 0.5)))
    assert refused(lambda: check(replace(heard, probabilities=heard.probabilities * 10)))


def test_a_text_that_was_cut_has_no_end_to_compare(finished: Finished, sample: Sample) -> None:
    job, _, _ = finished
    whisper = import_model(read_model(job.base_model))

    class Looping(Recogniser):
        def tokens(self, heard: npt.NDArray[np.floating]) -> list[list[int]]:
            return [list(sample.vocabulary.encode("again"))[:1] * MAX_TEXT_TOKENS for _ in heard]

    looping = Looping(job.base_model, sample.vocabulary, PROCESSOR, threads=1, exact=True)
    heads = alignment_heads(job.base_model, whisper)
    assert len(check_parity(whisper, heads, looping, sample).tokens) == MAX_TEXT_TOKENS
