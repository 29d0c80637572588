"""Segments laid into 30-second windows, the only length that Whisper's encoder takes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from .recording import SAMPLE_RATE, Clip, read_waveform
from .vocabulary import MAX_TOKENS, Vocabulary

WINDOW_SECONDS = 30
WINDOW_SAMPLES = WINDOW_SECONDS * SAMPLE_RATE

NATURAL_GAP = SAMPLE_RATE
"""Samples: a pause up to this long between two cues is kept as it was recorded."""

SILENCE = (0.2, 0.6)
"""Seconds put between clips that were not neighbours."""

SHORTEST_FILL = 12.0
"""Seconds: every packing but the first closes windows early, at a random fill from here up, so
that the decoder also sees short speech before a long padding, as single clips are."""

TIMED_SHARE = 0.5
"""The share of windows that are written with timestamps."""

WINDOW_TOKENS = 5

PREVIOUS_SHARE = 0.25
"""The share of windows, among those that go on in a recording, that are told what came before."""

MOST_PREVIOUS = 100
"""Tokens of the text before."""

QUIET_SHARE = 0.03
"""Windows without speech for each window with it, one at least, so that the model says nothing
where there is nothing."""

QUIETEST, LOUDEST = -70.0, -30.0
"""Decibels below full scale of the noise in them."""


@dataclass(frozen=True)
class Piece:
    """A clip's place: ``offset`` is its first sample's in the window.

    ``natural``: the samples since the preceding piece are those of the recording, not silence.
    """

    clip: Clip
    offset: int
    natural: bool

    @property
    def stop(self) -> int:
        """The window's sample after the clip's last."""
        return self.offset + self.clip.samples


@dataclass(frozen=True)
class Window:
    """At most 30 s of audio; its text is written with or without timestamp tokens.

    ``previous`` are tokens of what was said before, if the decoder is told.
    """

    pieces: tuple[Piece, ...]
    timestamps: bool
    previous: tuple[int, ...] = ()

    @property
    def samples(self) -> int:
        """Length of the audio in samples, at most 480,000."""
        return self.pieces[-1].stop

    @property
    def text_tokens(self) -> int:
        """Tokens of its text, without times and prompt."""
        return sum(len(piece.clip.tokens) for piece in self.pieces)

    def waveform(self) -> npt.NDArray[np.float32]:
        """The audio, float32, shape ``(samples,)``."""
        audio = np.zeros(self.samples, dtype=np.float32)
        end = 0
        for piece in self.pieces:
            lead = piece.offset - end if piece.natural else 0
            begin = piece.clip.begin - lead
            audio[piece.offset - lead : piece.stop] = read_waveform(
                piece.clip.pcm, begin, piece.clip.stop
            )
            end = piece.stop
        return audio

    def tokens(self, vocabulary: Vocabulary) -> tuple[tuple[int, ...], int]:
        """What the decoder is to say, and how many of these tokens are its prompt.

        At most 448 tokens, from ``<|startoftranscript|>`` to ``<|endoftext|>``.
        """
        prompt = vocabulary.start if self.timestamps else vocabulary.plain_start
        if self.previous:
            prompt = (vocabulary.previous, *self.previous, *prompt)
        said = list(prompt)
        for piece in self.pieces:
            if self.timestamps:
                said.append(vocabulary.timestamp(piece.offset / SAMPLE_RATE))
            said.extend(piece.clip.tokens)
            if self.timestamps:
                said.append(vocabulary.timestamp(piece.stop / SAMPLE_RATE))
        return (*said, vocabulary.end), len(prompt)


@dataclass(frozen=True)
class Quiet:
    """30 s of noise in which nothing is said."""

    decibels: float
    seed: int

    def waveform(self) -> npt.NDArray[np.float32]:
        """The audio, float32, shape ``(480000,)``."""
        noise = np.random.default_rng(self.seed).standard_normal(WINDOW_SAMPLES, dtype=np.float32)
        return noise * np.float32(10 ** (self.decibels / 20))

    def tokens(self, vocabulary: Vocabulary) -> tuple[tuple[int, ...], int]:
        """As of a window: the end at once."""
        prompt = vocabulary.plain_start
        return (*prompt, vocabulary.end), len(prompt)


def quiet(windows: int, seed: int, packing: int) -> list[Quiet]:
    """The windows without speech that go with so many."""
    draw = random.Random(f"quiet/{seed}/{packing}")  # noqa: S311 - reproducible, not secret
    count = max(1, round(windows * QUIET_SHARE))
    return [Quiet(draw.uniform(QUIETEST, LOUDEST), draw.getrandbits(32)) for _ in range(count)]


def alone(clip: Clip) -> Window:
    """A clip in a window of its own, without timestamps, as held-out clips are transcribed."""
    return Window((Piece(clip, 0, natural=False),), timestamps=False)


def pack(clips: Sequence[Clip], seed: int, packing: int) -> list[Window]:
    """Lay every clip into exactly one window; a recording's clips keep their order.

    Recordings come in an order drawn from ``seed`` and ``packing``; short ones share windows.
    About half of the windows are written with timestamps, and some told what came before.
    """
    draw = random.Random(f"{seed}/{packing}")  # noqa: S311 - reproducible, not secret
    recordings = [list(group) for _, group in groupby(clips, key=lambda clip: clip.recording)]
    draw.shuffle(recordings)
    windows: list[Window] = []
    pieces: list[Piece] = []
    fill = _fill(draw, packing)
    for clip in (clip for group in recordings for clip in group):
        piece = _place(pieces, clip, draw)
        if pieces and (piece.stop > fill or _tokens(pieces) + len(clip.tokens) + 2 > MAX_TOKENS):
            windows.append(_window(pieces, windows, draw))
            pieces, fill = [], _fill(draw, packing)
            piece = Piece(clip, 0, natural=False)
        pieces.append(piece)
    if pieces:
        windows.append(_window(pieces, windows, draw))
    return windows


def _window(pieces: Sequence[Piece], before: Sequence[Window], draw: random.Random) -> Window:
    timestamps = draw.random() < TIMED_SHARE
    previous: tuple[int, ...] = ()
    if draw.random() < PREVIOUS_SHARE and before:
        first, last = pieces[0].clip, before[-1].pieces[-1].clip
        if (first.recording, first.index) == (last.recording, last.index + 1):
            room = MAX_TOKENS - _tokens(pieces) - 1
            previous = last.tokens[-min(MOST_PREVIOUS, room) :] if room > 0 else ()
    return Window(tuple(pieces), timestamps, previous)


def _fill(draw: random.Random, packing: int) -> float:
    seconds = draw.uniform(SHORTEST_FILL, WINDOW_SECONDS) if packing else WINDOW_SECONDS
    return seconds * SAMPLE_RATE


def _place(pieces: Sequence[Piece], clip: Clip, draw: random.Random) -> Piece:
    if not pieces:
        return Piece(clip, 0, natural=False)
    last = pieces[-1]
    pause = clip.begin - last.clip.stop
    neighbours = clip.recording == last.clip.recording and clip.index == last.clip.index + 1
    if neighbours and 0 <= pause <= NATURAL_GAP:
        return Piece(clip, last.stop + pause, natural=True)
    silence = round(draw.uniform(*SILENCE) * SAMPLE_RATE)
    return Piece(clip, last.stop + silence, natural=False)


def _tokens(pieces: Sequence[Piece]) -> int:
    return WINDOW_TOKENS + sum(len(piece.clip.tokens) + 2 for piece in pieces)
