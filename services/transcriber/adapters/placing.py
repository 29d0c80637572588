"""Where a model puts words that it is told, by the attention that it pays to the audio."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from services.transcriber.adapters.audio import SAMPLE_RATE, PcmFile
from shared.speech.alignment.placing import Place
from shared.speech.alignment.values import HeardWord

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
    # One by one: a space parts the tokens of words. No mark of the model can be written.
    tokens = [tokenizer.encode(f" {word.replace('<|', '< |')}") for word in words]
    flat = [token for each in tokens for token in each]
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
    bounds = np.cumsum([0, *map(len, tokens)]).tolist()
    return [
        HeardWord(times[begin], times[end], word, float(np.mean(found.text_token_probs[begin:end])))
        for word, begin, end in zip(words, bounds, bounds[1:], strict=False)
    ]
