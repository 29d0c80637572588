"""Where a model puts words that it is told, by the attention that it pays to the audio."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from services.transcriber.adapters.audio import SAMPLE_RATE, PcmFile
from shared.speech.alignment.placing import Place
from shared.speech.alignment.values import HeardWord
from shared.speech.words import UNSPACED

MOST_TOKENS = 440
"""Beside the marks of the model, which takes 448."""

LEAST_SECONDS = 0.2
SECONDS_PER_PLACE = 0.02


def placer(model: WhisperModel, samples: PcmFile, language: str) -> Place:
    """Places words in the time of a file, in a stretch of 30 s at most."""

    def place(start: float, end: float, words: Sequence[str]) -> list[HeardWord] | None:
        read = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        waveform = np.divide(read, 32768, dtype=np.float32)
        found = place_words(model, waveform, language, words)
        return found and [
            replace(each, start=start + each.start, end=start + each.end) for each in found
        ]

    return place


def place_words(
    model: WhisperModel, waveform: npt.NDArray[np.float32], language: str, words: Sequence[str]
) -> list[HeardWord] | None:
    """The words in order, in seconds of the waveform of 30 s at most, which they fill.

    Their probabilities are those of their tokens, each after the ones before it, on the average.
    None where they are too many, or the audio is too short.
    """
    seconds = len(waveform) / model.feature_extractor.sampling_rate
    if len(words) > MOST_TOKENS or seconds < LEAST_SECONDS:
        return None
    multilingual = model.model.is_multilingual
    tokenizer = Tokenizer(model.hf_tokenizer, multilingual, "transcribe", language)
    tokens = told(tokenizer, words, language)
    flat = [token for piece in tokens.pieces for token in piece]
    if len(flat) > MOST_TOKENS:
        return None
    features = model.feature_extractor(waveform)
    frames = min(features.shape[-1] - 1, model.feature_extractor.nb_max_frames)
    silence = model.feature_extractor.nb_max_frames - frames
    encoded = model.encode(np.pad(features[:, :frames], ((0, 0), (0, silence))))
    (found,) = model.model.align(encoded, tokenizer.sot_sequence, [flat], frames)
    places = np.array(found.alignments)
    firsts = places[np.flatnonzero(np.diff(places[:, 0], prepend=-1)), 1]
    times = [min(float(each) * SECONDS_PER_PLACE, seconds) for each in firsts]
    times += [seconds] * (len(flat) + 1 - len(times))
    return _timed(words, tokens, times, found.text_token_probs)


class Tokens(NamedTuple):
    """A text in pieces: the tokens of each, and how many letters each piece has."""

    pieces: list[list[int]]
    letters: list[int]


def told(tokenizer: Tokenizer, words: Sequence[str], language: str) -> Tokens:
    """As the model would write it, but for its own marks, which cannot be written."""
    if language in UNSPACED:
        text = "".join(words).replace("<|", "\N{FULLWIDTH LESS-THAN SIGN}|")
        texts, pieces = tokenizer.split_tokens_on_unicode(tokenizer.encode(text))
        return Tokens(pieces, [len(each) for each in texts])
    # One by one: a space parts the tokens of words.
    pieces = [tokenizer.encode(f" {word.strip().replace('<|', '< |')}") for word in words]
    return Tokens(pieces, [len(word) for word in words])


def _timed(
    words: Sequence[str], tokens: Tokens, times: Sequence[float], sure: Sequence[float]
) -> list[HeardWord]:
    """Each word has the time and the tokens of its pieces, of one with other words its share."""
    begins = np.cumsum([0, *map(len, tokens.pieces)])
    pieces, letters = np.cumsum([0, *tokens.letters]), np.cumsum([0, *map(len, words)])
    bounds = np.interp(letters, pieces, np.array(times)[begins]).tolist()
    firsts = begins[np.searchsorted(pieces, letters[:-1], "right") - 1]
    stops = begins[np.searchsorted(pieces, letters[1:], "left")]
    return [
        HeardWord(start, end, word, float(np.mean(sure[first:stop])))
        for word, (start, end), first, stop in zip(
            words, pairwise(bounds), firsts, stops, strict=True
        )
    ]
