"""Which lists of terms are taken, and what texts become by them."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.domain import glossary
from services.transcriber.domain.glossary import Edited, Terms
from shared.errors import ArgotError
from shared.rpc.transcriber import MAX_TERMS, GlossaryEntry


def entry(term: str, replacement: str = "X", **other: object) -> GlossaryEntry:
    return GlossaryEntry.model_validate({"term": term, "replacement": replacement, **other})


def terms(*entries: GlossaryEntry | tuple[str, str]) -> Terms:
    return glossary.prepare(
        each if isinstance(each, GlossaryEntry) else entry(*each) for each in entries
    )


def edited(text: str, *entries: GlossaryEntry | tuple[str, str]) -> str:
    found = glossary.edit(text, terms(*entries))
    return found.text if found else text


def rebuilt(text: str, found: Edited) -> str:
    """The text by its list of replacements alone."""
    for each in reversed(found.replacements):
        text = text[: each.offset] + each.replacement + text[each.offset + each.length :]
    return text


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("Le cas, la casse.", "cas", "Le X, la casse."),
        ("cas", "cas", "X"),
        ("CAS Cas cas_1 cas1", "cas", "X X cas_1 cas1"),
        ("l'été d\u2019été", "ÉTÉ", "l'X d\u2019X"),
        ("vingt-deux", "deux", "vingt-X"),
        ("ΟΔΟΣ οδος οδοσ", "οδός", "ΟΔΟΣ οδος οδοσ"),
        ("ΟΔΟΣ οδος οδοσ", "οδος", "X X X"),
        ("STRASSE Straße STRAẞE", "straße", "STRASSE X X"),
        ("İ i̇", "i", "İ i̇"),
        ("J'aime le C++ et .NET.", "c++", "J'aime le X et .NET."),
        ("J'aime le C++ et .NET.", ".net", "J'aime le C++ et X."),
        ("a.b aXb", "a.b", "X aXb"),
        ("(.*)+$ 1", "(.*)+$ 1", "X"),
        ("e\u0301te\u0301", "te", "e\u0301te\u0301"),
        ("हिन्दी हिन्द", "हिन्द", "हिन्दी X"),
        ("می\u200cروم می", "می", "می\u200cروم X"),
        ("東京都に行く", "東京", "X都に行く"),
        ("メールのMAILとAI。", "ai", "メールのMAILとX。"),
        ("ไปกรุงเทพวันนี้", "กรุงเทพ", "ไปXวันนี้"),
        ("กินก", "ก", "กินX"),
        ("서울에서 서울", "서울", "서울에서 X"),
    ],
)
def test_whole_words_only(text: str, term: str, expected: str) -> None:
    assert edited(text, (term, "X")) == expected


def test_a_composed_accent_is_found_however_the_term_was_written() -> None:
    assert edited("Un café.", (unicodedata.normalize("NFD", "café"), "thé")) == "Un thé."


def test_the_case_rule_is_each_entrys_own() -> None:
    pair = (entry("US", "États-Unis", case_sensitive=True), entry("IT", "informatique"))
    assert edited("US us Us IT it", *pair) == "États-Unis us Us informatique informatique"


def test_the_longest_term_counts_then_the_first_in_the_list() -> None:
    assert edited("le grand nord", ("grand", "petit"), ("grand nord", "Arctique")) == "le Arctique"
    exact, folded = entry("Nord", "exact", case_sensitive=True), entry("nord", "folded")
    assert edited("Nord nord", exact, folded) == "exact folded"
    assert edited("Nord nord", folded, exact) == "folded folded"
    assert edited("nord", ("nord", "1"), ("NORD", "2")) == "1"


def test_what_was_written_is_not_replaced_again() -> None:
    assert edited("a b", ("a", "b"), ("b", "a")) == "b a"
    assert edited("un deux", ("un", "un deux"), ("deux deux", "trois")) == "un deux deux"


def test_replacements_are_told_with_their_places() -> None:
    found = glossary.edit("L'argo, Argot.", terms(("argo", "Argot"), ("argot", "Argot")))
    assert found is not None
    assert found.text == "L'Argot, Argot."
    assert [each.model_dump() for each in found.replacements] == [
        {"offset": 2, "length": 4, "replacement": "Argot"}
    ]


def test_a_spelling_that_is_right_changes_nothing() -> None:
    assert glossary.edit("Argot est là.", terms(("argot", "Argot"))) is None
    assert edited("ARGOT", ("argot", "Argot"), ("a", "b")) == "Argot"


WORDS = st.text("aAbBéÉ1 '-ß東กิ", min_size=1, max_size=8)
TERMS = WORDS.map(str.strip).filter(lambda text: any(map(str.isalnum, text)))
ENTRIES = st.lists(
    st.builds(
        lambda term, replacement, cased: entry(term, replacement, case_sensitive=cased),
        TERMS,
        TERMS,
        st.booleans(),
    ),
    max_size=6,
)


@given(st.text("aAbBéÉ1 '-ß東กิ", max_size=40), ENTRIES)
def test_outside_of_matches_the_text_is_unchanged(text: str, entries: list[GlossaryEntry]) -> None:
    found = glossary.edit(text, glossary.prepare(entries))
    if found is None:
        return
    reached = 0
    for each in found.replacements:
        assert reached <= each.offset < each.offset + each.length <= len(text)
        reached = each.offset + each.length
        assert text[each.offset : reached] != each.replacement
        assert each.replacement in {one.replacement for one in entries}
    assert rebuilt(text, found) == found.text


@given(st.text("aAbBéÉ1 '-ß東กิ", max_size=40), ENTRIES)
def test_replacements_without_terms_are_for_good(text: str, entries: list[GlossaryEntry]) -> None:
    foreign = [each.model_copy(update={"replacement": "xyz"}) for each in entries]
    once = edited(text, *foreign)
    assert edited(once, *foreign) == once


@given(st.text(max_size=60), ENTRIES.filter(bool))
def test_a_text_without_the_terms_stays(text: str, entries: list[GlossaryEntry]) -> None:
    bare = "".join(each for each in text if not each.isalnum())
    assert glossary.edit(bare, glossary.prepare(entries)) is None
    assert glossary.edit(text, glossary.prepare([])) is None


class Asked(dict[str, tuple[int, str]]):
    """Terms that count how often one is looked for."""

    times = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.times += 1
        return super().get(key, default)


def test_a_thousand_terms_are_looked_for_once_a_length_at_each_place() -> None:
    """Of the worst kinds: all places look like the beginning of a term, to its last letter."""
    spaced = [entry(f"{'aa ' * 30}{number}") for number in range(MAX_TERMS)]
    unspaced = [entry("啊" * (3 + number % 95) + f"{number}") for number in range(MAX_TERMS)]
    for entries, text in ((spaced, "aa " * 2000), (unspaced, "啊" * 2000)):
        sought = glossary.prepare(entries)
        (lengths,) = sought.lengths.values()
        folded = Asked(sought.folded)
        assert glossary.edit(text, replace(sought, folded=folded)) is None
        assert folded.times <= len(text) * len(lengths)


def test_what_fits_a_language_and_what_the_decoder_is_offered() -> None:
    entries = [
        entry("a", "Un"),
        entry("b", "Deux", language="fr"),
        entry("c", "Three", language="en"),
        entry("d", "Un", language="fr"),
    ]
    assert glossary.hot_words(glossary.fitting(entries, "fr")) == ["Un", "Deux"]
    assert glossary.hot_words(glossary.fitting(entries, "en")) == ["Un", "Three"]


def places(*entries: GlossaryEntry) -> list[str]:
    with pytest.raises(ArgotError) as refusal:
        glossary.check(entries)
    assert refusal.value.code == "invalid-request"
    assert refusal.value.detail.startswith(f"{refusal.value.errors[0]['field']}: ")
    return [each["field"] for each in refusal.value.errors]


def test_bad_entries_are_named_by_their_places() -> None:
    good = entry("good")
    assert places(good, entry("?!")) == ["items.1.term"]
    for language in ("fr-CA", "FR", "français", "", "f", "fr\n", "xx", "tlh"):
        assert places(good, entry("a", language=language)) == ["items.1.language"]
    assert places(good, entry("a"), entry("GOOD"), entry("a")) == ["items.2.term", "items.3.term"]
    assert len(places(*[entry("?")] * 100)) == glossary.MAX_FAULTS


def test_terms_that_differ_by_case_rule_or_language_are_no_duplicates() -> None:
    glossary.check(
        [
            entry("us"),
            entry("us", case_sensitive=True),
            entry("US", case_sensitive=True),
            entry("us", language="en"),
            entry("us", language="fr"),
        ]
    )


@pytest.mark.parametrize("text", ["", " ", "a" * 101, "a\nb", "a\x00", "a\x85b", "a\u2028b"])
def test_no_entry_has_such_a_text(text: str) -> None:
    for field in ("term", "replacement"):
        with pytest.raises(ValueError):
            GlossaryEntry.model_validate({"term": "a", "replacement": "b"} | {field: text})


def test_spaces_around_a_term_are_not_part_of_it() -> None:
    assert entry(" a b ", "\u00a0c ") == entry("a b", "c")
