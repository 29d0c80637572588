"""Keys, the status machine, and what keeps data from being trained on."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.catalog import domain, languages
from services.catalog.domain import Status
from shared.errors import ArgotError
from shared.rpc.catalog import CreateModel, RenameModel
from shared.rpc.validator import Assessment, Finding, Verdict
from shared.speech.languages import WHISPER

NAMES = st.text(min_size=2, max_size=200)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cardiology", "cardiology"),
        ("Cardiology EN", "CardiologyEN"),
        ("Cardiologie générale", "Cardiologie generale"),
        ("Straße", "STRASSE"),
        ("Kap\u0131", "KAPI"),
        ("İstanbul", "ISTANBUL"),
        ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
        ("Ёлка", "елка"),
        ("שָׁלוֹם", "שלום"),
        ("Am\u200bbulanz\u2009\u00a0", "AMBULANZ"),
    ],
)
def test_case_spacing_and_accents_do_not_make_two_names(one: str, other: str) -> None:
    assert domain.key_of(one, "fr") == domain.key_of(other, "fr")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A+B", "A-B"),
        ("病院", "医院"),
        ("Notes 1", "Notes 2"),
        ("①②", "12"),
        ("m²", "m2"),
        ("a=b", "a≠b"),
        ("ガラス", "カラス"),
        ("क़लम", "कलम"),
        ("ไม้", "ไม"),
        ("👍👍", "👎👎"),
        ("👍🏻👍", "👍🏿👍"),
        ("👨‍👩‍👧", "👨👩👧"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    ],
)
def test_other_letters_make_two_names(one: str, other: str) -> None:
    assert domain.key_of(one, "fr") != domain.key_of(other, "fr")


@given(name=NAMES)
def test_a_key_is_blind_to_case(name: str) -> None:
    for other in (name.upper(), name.lower(), name.casefold(), name.title()):
        assert domain.key_of(other, "fr") == domain.key_of(name, "fr")


SPACES = st.text("".join(chr(n) for n in range(0x3001) if chr(n).isspace()), max_size=3)
ACCENTS = st.text(
    "".join(chr(n) for n in range(0x300, 0x370) if unicodedata.combining(chr(n)) >= 202).replace(
        "\u0345", ""
    ),  # the iota below: a letter once it is a capital
    max_size=2,
)


@given(name=NAMES, data=st.data())
def test_a_key_is_blind_to_spacing_and_accents(name: str, data: st.DataObject) -> None:
    other = (
        "".join(data.draw(SPACES) + letter + data.draw(ACCENTS) for letter in name[:12]) + name[12:]
    )

    assert domain.key_of(other, "fr") == domain.key_of(name, "fr")


WITHOUT_CASE = st.text(
    "病院医学心臓科日本語あいうえおがかハバパ한국어👍👎❤⚕🏥+-*/=≠≤①②∞♪★☆!?", min_size=2, max_size=6
)


@given(one=WITHOUT_CASE, other=WITHOUT_CASE)
def test_names_without_case_or_accents_share_a_key_only_when_they_are_equal(
    one: str, other: str
) -> None:
    assert (domain.key_of(one, "ja") == domain.key_of(other, "ja")) == (one == other)


@given(name=NAMES)
def test_a_key_is_a_language_tag(name: str) -> None:
    assert re.fullmatch(r"fr-CA-x(-[a-z0-9]{1,8})+", domain.key_of(name, "fr-CA"))


@given(name=NAMES)
def test_a_key_is_never_a_base_language(name: str) -> None:
    assert domain.key_of(name, "fr") not in languages.names()


@pytest.mark.parametrize(
    "name", ["é ", "  a  ", "a\x00b", "two\nlines", "x" * 201, "a\x9bb", "\ud800\ud800"]
)
def test_a_name_has_2_to_200_characters_after_trimming_and_no_control_characters(
    name: str,
) -> None:
    for request, about in ((CreateModel, {"language": "fr"}), (RenameModel, {"model_id": "m"})):
        with pytest.raises(ValidationError):
            request.model_validate({"organisation_id": "acme", "name": name, **about})


@given(name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=2, max_size=200))
def test_a_name_in_any_script_is_taken_and_trimmed(name: str) -> None:
    request = RenameModel(organisation_id="acme", model_id="m", name=f" {name}\u3000")

    assert request.name == name


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u2060\xad", "\u0301\u0301"])
def test_a_name_of_which_nothing_can_be_seen(name: str) -> None:
    assert not domain.is_visible(name)
    assert domain.is_visible(name + "é")


@given(name=NAMES)
def test_a_key_depends_on_the_language(name: str) -> None:
    assert domain.key_of(name, "fr") != domain.key_of(name, "fr-CA")


def test_the_status_machine_has_these_moves_and_no_others() -> None:
    moves = {(one, other) for one in Status for other in Status if domain.may_move(one, other)}

    assert {(one.value, other.value) for one, other in moves} == {
        (1, 2),
        (2, 3),
        (2, 4),
        (2, 5),
        (3, 4),
        (3, 5),
        (5, 2),
    }


def assessment(
    *,
    files: int = 4,
    transcripts: int = 2,
    errors: tuple[str, ...] = (),
    left: tuple[str, ...] = (),
) -> Assessment:
    return Assessment(
        verdict=Verdict(
            valid=not errors,
            errors=[Finding(code="c", message=message) for message in errors],
            warnings=[],
            matched_pairs=2,
            total_duration=700,
            unmatched_audio=list(left),
            unmatched_transcripts=[],
        ),
        files=files,
        transcripts=transcripts,
        pairs=[],
    )


@pytest.mark.parametrize(
    ("given", "skip", "code"),
    [
        (assessment(files=0, transcripts=0, errors=("none",)), False, "no_data"),
        (assessment(transcripts=0, errors=("none",)), False, "no_data"),
        (assessment(errors=("too short", "unsafe")), True, "validation_failed"),
        (assessment(left=("a.wav",)), False, "unmatched-audio"),
    ],
)
def test_unfit_data_are_refused_in_order(given: Assessment, skip: bool, code: str) -> None:
    with pytest.raises(ArgotError) as refusal:
        domain.refuse_unfit(given, skip_unmatched=skip)

    assert refusal.value.code == code


def test_a_refusal_names_every_fault_and_the_first_one_as_its_detail() -> None:
    with pytest.raises(ArgotError) as refusal:
        domain.refuse_unfit(assessment(errors=("too short", "unsafe")), skip_unmatched=False)

    assert refusal.value.detail == "too short"
    assert [each["message"] for each in refusal.value.errors] == ["too short", "unsafe"]


def test_unmatched_audio_is_named_and_consent_lets_it_pass() -> None:
    unmatched = assessment(left=("a.wav", "b.wav"))

    with pytest.raises(ArgotError) as refusal:
        domain.refuse_unfit(unmatched, skip_unmatched=False)
    domain.refuse_unfit(unmatched, skip_unmatched=True)

    assert refusal.value.extra == {"unmatched_audio": ["a.wav", "b.wav"]}


def test_every_whisper_language_and_the_usual_regions_are_listed() -> None:
    names = languages.names()

    assert names["en-US"] == "English (US)"
    assert {"fr", "it", "yue", "fr-CA"} <= set(names)
    assert {key for key in names if "-" not in key} == WHISPER


@pytest.mark.parametrize(
    ("key", "expected"), [("en-US", "us"), ("en-GB", "english"), ("fr", "any")]
)
def test_the_closest_setting_names_the_base_model(key: str, expected: str) -> None:
    configured = {"*": "any", "en": "english", "en-US": "us"}

    assert languages.base_model(key, configured) == expected
    assert languages.base_model("fr", {"en": "english"}) is None
