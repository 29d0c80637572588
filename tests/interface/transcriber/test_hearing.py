"""Real weights: the same audio gives the same text, and nothing is lost of it."""

from pathlib import Path

import jiwer
import numpy as np
import pytest

from argot.corpus import Prompt
from services.transcriber.adapters import audio, budget
from services.transcriber.adapters.audio import SAMPLE_RATE
from services.transcriber.adapters.recogniser import Progress, Recogniser
from services.transcriber.domain.transcripts import Segment
from shared.runtime.media.convert import decode_pcm


@pytest.fixture(scope="module")
def model(whisper_base: Path) -> Recogniser:
    return Recogniser(whisper_base, "cpu", 1)


@pytest.fixture(scope="module")
def pcm(speech: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pcm")
    (folder / "speech.wav").write_bytes(speech)
    decode_pcm(folder / "speech.wav", folder / "speech.pcm")
    return folder / "speech.pcm"


@pytest.fixture(scope="module")
def heard(model: Recogniser, pcm: Path) -> list[Progress]:
    """All that is said."""
    return list(model.listen(pcm, "fr"))


def segments(heard: list[Progress]) -> list[Segment]:
    return [each.segment for each in heard if each.segment is not None]


def words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def error_rate(french: list[Prompt], heard: list[Progress]) -> float:
    spoken = words(" ".join(prompt.text for prompt in french))
    return float(jiwer.wer(spoken, words(" ".join(each.text for each in segments(heard)))))


def test_the_same_audio_gives_the_same_text_in_order(
    model: Recogniser, pcm: Path, french: list[Prompt], heard: list[Progress]
) -> None:
    assert list(model.listen(pcm, "fr")) == heard
    assert error_rate(french, heard) < 0.4
    found = [word for segment in segments(heard) for word in segment.words]
    assert [word.start for word in found] == sorted(word.start for word in found)
    ends = [each.seconds for each in heard]
    assert ends == sorted(ends)
    assert ends[-1] == pytest.approx(pcm.stat().st_size / 2 / 16_000)
    assert all(segment.end - segment.start <= 10 for segment in segments(heard))


def test_from_the_end_of_a_span_the_rest_is_the_same(
    model: Recogniser, pcm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "SPAN_SECONDS", 30)
    monkeypatch.setattr(audio, "BORDER_SECONDS", 5)
    heard = list(model.listen(pcm, "fr"))
    ends = [at for at, each in enumerate(heard) if each.segment is None]
    assert len(ends) >= 3
    begin = ends[0] + 1
    assert list(model.listen(pcm, "fr", begin=heard[ends[0]].seconds)) == heard[begin:]


def test_a_text_that_runs_out_of_tokens_is_heard_in_halves(
    model: Recogniser,
    pcm: Path,
    french: list[Prompt],
    heard: list[Progress],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = error_rate(french, heard)
    monkeypatch.setattr(budget, "CONTEXT_TOKENS", 100)  # 50 of text for half a minute
    assert error_rate(french, list(model.listen(pcm, "fr"))) < usual + 0.1


def test_what_is_said_again_is_heard_again(
    model: Recogniser, french: list[Prompt], tmp_path: Path
) -> None:
    """The model ends its text after the first of them."""
    prompt = next(each for each in french if each.name == "agent-alreadyon")
    decode_pcm(prompt.path, tmp_path / "prompt.pcm")
    samples = (tmp_path / "prompt.pcm").read_bytes()
    pause = bytes(2 * SAMPLE_RATE)
    (tmp_path / "audio.pcm").write_bytes((samples + pause) * 3)
    heard = segments(list(model.listen(tmp_path / "audio.pcm", "fr")))
    lasts = len(samples + pause) / 2 / SAMPLE_RATE
    found = [word for each in heard for word in each.words]
    assert [word.start for word in found] == sorted(word.start for word in found)
    for number in range(3):
        begin = number * lasts
        here = [word for word in found if begin - 0.5 <= word.start < begin + lasts - 0.5]
        said = words("".join(word.word for word in here))
        assert jiwer.wer(words(prompt.text), said) < 0.4, (number, said)


def test_silence_says_nothing(model: Recogniser, tmp_path: Path) -> None:
    silence = tmp_path / "silence.pcm"
    np.zeros(700 * 16_000, "<i2").tofile(silence)
    heard = list(model.listen(silence, "fr"))
    assert [each.segment for each in heard] == [None] * len(heard)
    assert heard[-1].seconds == 700
    assert len(heard) == 3


def test_a_translation_has_segments_where_it_is_said(
    model: Recogniser, french: list[Prompt], tmp_path: Path
) -> None:
    """Sentences with long pauses between them, of which a window has several."""
    data, said = b"", []
    for prompt in [each for each in french if each.seconds > 4][:6]:
        decode_pcm(prompt.path, tmp_path / "prompt.pcm")
        samples = (tmp_path / "prompt.pcm").read_bytes()
        data += bytes(2 * 3 * SAMPLE_RATE)
        said.append((len(data) / 2 / SAMPLE_RATE, (len(data) + len(samples)) / 2 / SAMPLE_RATE))
        data += samples
    (tmp_path / "audio.pcm").write_bytes(data)
    written = segments(list(model.listen(tmp_path / "audio.pcm", "fr", task="translate")))
    assert [each.words for each in written] == [()] * len(written)
    times = [at for each in written for at in (each.start, each.end)]
    assert times == sorted(times)
    inside = [
        [start - 0.5 <= each.start < each.end <= end + 0.5 for start, end in said]
        for each in written
    ]
    assert all(map(any, inside)), written
    assert all(map(any, zip(*inside, strict=True))), written
