# ruff: noqa: RUF001 - typographic and full-width characters are the point
"""A transcript as words, and where its lines, sentences and clauses end."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.speech.words import UNSPACED, normalise

_OPENING = frozenset({"Ps", "Pi", "Pd"})
_CLOSERS = "\"'”’»›)]}」』）】 "
_SENTENCE_ENDS = frozenset(".!?…。！？．।॥۔؟⸮։።")
_CLAUSE_ENDS = frozenset(",;:—–，、；：،؛")
_ABBREVIATIONS = frozenset(
    {"m", "mm", "mme", "mlle", "mr", "mrs", "ms", "dr", "st", "ste", "prof", "vs", "nr"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, `text[begin:stop]` of the transcript, in a line of it.

    Of a script without spaces it is one character. `parts` is what it is compared by, empty for
    punctuation alone. `spaced`: there is a space before it.
    """

    begin: int
    stop: int
    text: str
    line: int
    parts: tuple[str, ...]
    spaced: bool

    @property
    def width(self) -> int:
        """Letters, a wide one as two: it takes twice the room, and about twice the time."""
        return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in self.text)

    @property
    def hangs(self) -> bool:
        """Whether no cue may begin with it: what closes, or a mark of the letter before."""
        first = unicodedata.category(self.text[0])
        return first[0] == "M" or (not self.parts and not self.opens and first[0] == "P")

    @property
    def opens(self) -> bool:
        """Whether no cue may end with it."""
        return not self.parts and all(unicodedata.category(c) in _OPENING for c in self.text)


def tokenise(text: str, language: str) -> list[Token]:
    """All words in order: outside of them there is white space only."""
    pattern = re.compile(r"\S" if language in UNSPACED else r"\S+")
    tokens: list[Token] = []
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        tokens += [
            Token(
                begin=offset + found.start(),
                stop=offset + found.end(),
                text=found[0],
                line=number,
                parts=tuple(normalise(found[0], language).split()),
                spaced=found.start() == 0 or line[found.start() - 1].isspace(),
            )
            for found in pattern.finditer(line)
        ]
        offset += len(line)
    return tokens


def may_part(before: Token, after: Token) -> bool:
    """Whether one cue may end and the next one begin here."""
    if after.hangs or before.opens:
        return False
    letters = before.text[-1] + after.text[0]
    return after.spaced or not (letters.isascii() and letters.isalnum())


def sentences(tokens: Sequence[Token]) -> list[int]:
    """The numbers of the tokens that begin a line or a sentence; the first one does."""
    found = [0] if tokens else []
    ended = False
    for at, (before, after) in enumerate(pairwise(tokens), 1):
        if before.text.rstrip(_CLOSERS):  # a quote that closes leaves it as it was
            ended = ends_sentence(before.text)
        continues = not ended or after.text[0].islower() or not may_part(before, after)
        if before.line != after.line or not continues:
            found.append(at)
    return found


def ends_sentence(word: str) -> bool:
    """Whether a word, with its punctuation, is the last of a sentence."""
    bare = word.rstrip(_CLOSERS)
    return bool(bare) and bare[-1] in _SENTENCE_ENDS and not _is_abbreviated(bare)


def _is_abbreviated(word: str) -> bool:
    short = word.removesuffix(".")
    return short != word and (len(short) == 1 or short.casefold() in _ABBREVIATIONS)


def ends_clause(before: Token, after: Token, language: str) -> bool:
    """Whether a clause ends here; in scripts without spaces a space says so, too."""
    mark = before.text.rstrip(_CLOSERS)[-1:]
    if not may_part(before, after):
        return False
    return mark in _CLAUSE_ENDS or (language in UNSPACED and after.spaced)
