"""The languages that are known."""

from faster_whisper.tokenizer import _LANGUAGE_CODES

from shared.speech.languages import WHISPER


def test_they_are_those_of_the_model() -> None:
    assert set(_LANGUAGE_CODES) == WHISPER
