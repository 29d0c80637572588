"""An organisation's terms: which lists are taken, and what a text becomes by one.

A term is found as whole words only: no letter, digit, mark or underscore beside it belongs to the
same word. Scripts without spaces have no such borders, and their terms are found anywhere. At one
place the longest term counts, of equals the first in the list. The text is read once, from left
to right; what was written for a term is not read again.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from shared.errors import ArgotError
from shared.rpc.transcriber import GlossaryEntry
from shared.speech.languages import WHISPER

MAX_FAULTS = 20
"""So many are told at once."""

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_UNSPACED = (
    "BOPOMOFO",
    "CJK",
    "HALFWIDTH KATAKANA",
    "HIRAGANA",
    "IDEOGRAPHIC",
    "KATAKANA",
    "KHMER",
    "LAO",
    "MYANMAR",
    "THAI",
    "TIBETAN",
)
"""How Unicode begins the names of the letters of `shared.speech.words.UNSPACED`."""


class Replacement(BaseModel):
    """What is written for `length` characters of the text that was heard, from `offset` on."""

    model_config = ConfigDict(frozen=True)

    offset: int
    length: int
    replacement: str


class Edited(BaseModel):
    """A text by the glossary, and what changed in it, in order and apart from each other."""

    model_config = ConfigDict(frozen=True)

    text: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True)
class Terms:
    """A list made ready for the texts of one job.

    `exact` and `folded` have a term's place in the list and what is written for it; `lengths` those
    of the terms that begin with a folded letter, longest first. So a text takes time in
    proportion to its length, whatever the terms are: no pattern is tried and given up.
    """

    exact: Mapping[str, tuple[int, str]]
    folded: Mapping[str, tuple[int, str]]
    lengths: Mapping[str, Sequence[int]]


def check(entries: Sequence[GlossaryEntry]) -> None:
    """Errors: `invalid-request`, which names the place of each bad entry."""
    faults = list(_faults(entries))[:MAX_FAULTS]
    if faults:
        detail = f"{faults[0]['field']}: {faults[0]['message']}"
        raise ArgotError("invalid-request", detail, errors=faults)


def fitting(entries: Iterable[GlossaryEntry], language: str) -> list[GlossaryEntry]:
    """The entries for a language, in their order."""
    return [each for each in entries if each.language in {None, language}]


def hot_words(entries: Iterable[GlossaryEntry]) -> list[str]:
    """What the entries want to have written, once each, in their order."""
    return list(dict.fromkeys(each.replacement for each in entries))


def prepare(entries: Iterable[GlossaryEntry]) -> Terms:
    """The terms to look for."""
    exact: dict[str, tuple[int, str]] = {}
    folded: dict[str, tuple[int, str]] = {}
    lengths: dict[str, set[int]] = defaultdict(set)
    for place, entry in enumerate(entries):
        term = _sought(entry)
        known = exact if entry.case_sensitive else folded
        known.setdefault(term, (place, entry.replacement))
        lengths[_fold(term[0])].add(len(term))
    longest_first = {letter: sorted(each, reverse=True) for letter, each in lengths.items()}
    return Terms(exact, folded, longest_first)


def edit(text: str, terms: Terms) -> Edited | None:
    """The text with its terms replaced; None where that leaves it as it is."""
    changes = tuple(
        each
        for each in _matches(text, terms)
        if text[each.offset : each.offset + each.length] != each.replacement
    )
    if not changes:
        return None
    parts, at = [], 0
    for each in changes:
        parts += [text[at : each.offset], each.replacement]
        at = each.offset + each.length
    return Edited(text="".join(parts) + text[at:], replacements=changes)


def _matches(text: str, terms: Terms) -> Iterator[Replacement]:
    folded = "".join(map(_fold, text))
    at = 0
    while at < len(text):
        found = None
        if folded[at] in terms.lengths and not (at and _joined(text[at - 1], text[at])):
            found = _longest(text, folded, at, terms)
        if found is not None:
            yield found
        at += 1 if found is None else found.length


def _longest(text: str, folded: str, at: int, terms: Terms) -> Replacement | None:
    """What the longest term that stands at this place makes of it."""
    for length in terms.lengths[folded[at]]:
        end = at + length
        if end > len(text) or (end < len(text) and _joined(text[end - 1], text[end])):
            continue
        found = [terms.exact.get(text[at:end]), terms.folded.get(folded[at:end])]
        if rules := [each for each in found if each]:
            return Replacement(offset=at, length=length, replacement=min(rules)[1])
    return None


def _faults(entries: Sequence[GlossaryEntry]) -> Iterator[dict[str, str]]:
    first: dict[tuple[str, bool, str | None], int] = {}
    for place, entry in enumerate(entries):
        if not any(map(str.isalnum, entry.term)):
            yield _fault(place, "term", "A term has a letter or a digit")
        if entry.language is not None and entry.language not in WHISPER:
            yield _fault(place, "language", "Whisper knows no such language; write one as fr")
        key = (_sought(entry), entry.case_sensitive, entry.language)
        if first.setdefault(key, place) != place:
            yield _fault(place, "term", f"items.{first[key]} is the same term")


def _fault(place: int, field: str, message: str) -> dict[str, str]:
    return {"code": "invalid-request", "message": message, "field": f"items.{place}.{field}"}


def _sought(entry: GlossaryEntry) -> str:
    """The term as texts are compared: with composed accents, as models write them."""
    term = unicodedata.normalize("NFC", entry.term)
    return term if entry.case_sensitive else "".join(map(_fold, term))


@lru_cache(4096)
def _fold(letter: str) -> str:
    """The letter without its case. It stays one letter, so that offsets are those of the text."""
    for folded in (letter.casefold(), letter.lower()):
        if len(folded) == 1:
            return folded
    return letter


@lru_cache(4096)
def _joined(before: str, after: str) -> bool:
    """Whether two neighbours belong to one word."""
    if _clings(after):
        return True
    return all(_is_spelled(each) and not _is_unspaced(each) for each in (before, after))


def _clings(letter: str) -> bool:
    """Whether it belongs to the letter before it."""
    return letter in _JOINERS or unicodedata.category(letter).startswith("M")


def _is_spelled(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or _clings(letter)


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_UNSPACED)
