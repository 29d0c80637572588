"""What a text says about itself: whether it can be what is said in its recordings.

Thresholds are set where ordinary speech does not come, so that a warning is worth reading.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from services.validator.domain.files import KnownFile
from shared.speech.cues import MAX_SECONDS

OVERHANG_SECONDS = 5.0
"""A last caption stays on the screen after the sound, but not for longer than this."""

LEAST_COVERED = 0.25
"""Cues leave out pauses; conversations are half speech and more."""

UNCOVERED_SECONDS = 30.0
"""Below this, little covered is a short recording with a pause."""

# Characters, spaces included, for each second of speech. Ordinary are 12 to 18 in an alphabet
# and 4 to 7 in syllables and ideographs; the bounds are about twice and a quarter of that.
DENSITY = (3.0, 30.0)
COMPACT_DENSITY = (1.0, 14.0)
COMPACT_LANGUAGES = frozenset({"zh", "yue", "ja", "ko"})

DENSITY_FROM_SECONDS = 30.0
"""Shorter texts are dense or sparse by chance; for dense ones one second's text is slack."""

TOKENS = 448
TOKENS_BESIDE_TEXT = 6
# Measured with Whisper's tokenizer: 2.0 bytes a token for digits, 2.3 and more for prose, but near
# to 1 where it has tokens for hardly more than single bytes.
BYTES_PER_TOKEN = 2.0
UNMERGED_LANGUAGES = frozenset(
    {"am", "as", "bn", "bo", "gu", "hy", "ka", "km", "kn", "lo", "ml", "my", "pa", "si", "te"}
)

# Written so much alike that a guess may take one for the other, or two codes of one language.
_ALIKE = (
    frozenset({"no", "nn", "nb", "da"}),
    frozenset({"zh", "yue"}),
    frozenset({"jw", "jv"}),
    frozenset({"tl", "fil"}),
    frozenset({"sr", "hr", "bs"}),
    frozenset({"id", "ms"}),
    frozenset({"he", "iw"}),
)
# Languages that Whisper knows and a guess does not: it always takes them for another.
_NEVER_GUESSED = frozenset({"bo", "haw", "mi", "sd", "su", "yi"})


class Reading(NamedTuple):
    """A text and the recordings that it is for.

    `seconds` they last and `sounding` without their silence: None where a length is not known,
    or where a manifest's totals also count audio that is not there.
    """

    text: KnownFile
    audio: Sequence[KnownFile]
    seconds: float | None
    sounding: float | None
    language: str | None

    @property
    def compact(self) -> bool:
        """Whether a character stands for a syllable or more."""
        return (self.text.language or self.language) in COMPACT_LANGUAGES


def _ends_after_audio(reading: Reading) -> str | None:
    text, seconds = reading.text, reading.seconds
    if text.end_time is None or seconds is None:
        return None
    if text.end_time <= seconds + OVERHANG_SECONDS:
        return None
    return (
        f"'{text.name}' ends at {text.end_time:.1f} seconds, {_whose(reading)} at {seconds:.1f}: "
        "it may belong to another recording"
    )


def _covers_little(reading: Reading) -> str | None:
    spoken, sounding = reading.text.spoken_seconds, reading.sounding
    if spoken is None or sounding is None or sounding - spoken < UNCOVERED_SECONDS:
        return None
    if spoken >= sounding * LEAST_COVERED:
        return None
    return (
        f"'{reading.text.name}' covers {spoken:.1f} of the {sounding:.1f} seconds with sound of "
        f"{_whose(reading)}: it may belong to another recording"
    )


def _too_dense(reading: Reading) -> str | None:
    characters, seconds = reading.text.characters, _speech_seconds(reading)
    if characters is None or seconds is None:
        return None
    most = (COMPACT_DENSITY if reading.compact else DENSITY)[1]
    if characters <= most * (seconds + 1):
        return None
    return (
        f"'{reading.text.name}' has {characters} characters for {seconds:.1f} seconds of "
        f"{_whose(reading)}, more than {most:.0f} a second: it may belong to another recording"
    )


def _too_sparse(reading: Reading) -> str | None:
    characters, seconds = reading.text.characters, _speech_seconds(reading)
    if characters is None or seconds is None or seconds < DENSITY_FROM_SECONDS:
        return None
    least = (COMPACT_DENSITY if reading.compact else DENSITY)[0]
    if characters >= least * seconds:
        return None
    return (
        f"'{reading.text.name}' has {characters} characters for {seconds:.1f} seconds of "
        f"{_whose(reading)}, fewer than {least:.0f} a second: something may be missing"
    )


def _speech_seconds(reading: Reading) -> float | None:
    """What the text was spoken in: its cues, else all of the audio that is not silent."""
    spoken = reading.text.spoken_seconds
    return reading.sounding if spoken is None else spoken


def _long_label(reading: Reading) -> str | None:
    text = reading.text
    if text.longest_label is None:
        return None
    if text.spoken_seconds is None and any(
        file.duration is None or file.duration > MAX_SECONDS for file in reading.audio
    ):
        return None  # does not become one label as it is
    unmerged = (text.language or reading.language) in UNMERGED_LANGUAGES
    tokens = text.longest_label / (1.0 if unmerged else BYTES_PER_TOKEN)
    if tokens <= TOKENS - TOKENS_BESIDE_TEXT:
        return None
    return (
        f"'{text.name}' has {text.longest_label} bytes of text in one segment, which may exceed "
        f"the model's {TOKENS} tokens: the training splits such a segment"
    )


def _other_language(reading: Reading) -> str | None:
    found, wanted = reading.text.language, reading.language
    if found is None or wanted is None or found == wanted or wanted in _NEVER_GUESSED:
        return None
    if any(found in group and wanted in group for group in _ALIKE):
        return None
    return f"'{reading.text.name}' looks like '{found}', but the model learns '{wanted}'"


def _whose(reading: Reading) -> str:
    if len(reading.audio) == 1:
        return f"'{reading.audio[0].name}'"
    return f"{len(reading.audio)} audio files"


TEXT_CHECKS: Mapping[str, Callable[[Reading], str | None]] = MappingProxyType(
    {
        "ends-after-audio": _ends_after_audio,
        "covers-little": _covers_little,
        "text-too-dense": _too_dense,
        "text-too-sparse": _too_sparse,
        "long-label": _long_label,
        "other-language": _other_language,
    }
)
"""The checks by the code of what they find."""
