"""The minimums, the names, and the order of what is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.domain import verdict as verdicts
from services.validator.domain.files import FailedFile, KnownFile
from services.validator.domain.verdict import assess
from shared.rpc.validator import Verdict
from shared.speech.filenames import is_safe

from .files import file, manifest, models, pairs


def verdict(files: list[KnownFile]) -> Verdict:
    return assess(files, with_pairs=False).verdict


def messages(files: list[KnownFile]) -> list[str]:
    return [each.message for each in verdict(files).errors]


def test_two_pairs_of_ten_minutes_are_enough() -> None:
    found = verdict(pairs(2, 300))

    assert found.valid
    assert (found.matched_pairs, found.total_duration) == (2, 600)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            [],
            [
                "At least one transcript file is required",
                "Need minimum 2 matched pairs (found 0)",
                "Need minimum 10 minutes total duration (found 0.0 minutes)",
            ],
        ),
        (
            [file("a.wav", duration=700)],
            [
                "At least one transcript file is required",
                "Need minimum 2 matched pairs (found 0)",
                "Need minimum 10 minutes total duration (found 0.0 minutes)",
            ],
        ),
        (pairs(1, 700), ["Need minimum 2 matched pairs (found 1)"]),
        (pairs(2, 129), ["Need minimum 10 minutes total duration (found 4.3 minutes)"]),
        (pairs(2, 299.9), ["Need minimum 10 minutes total duration (found 9.9 minutes)"]),
        (pairs(6000, 0.1), []),
        (pairs(9, None), ["Need minimum 10 matched audio files (found 9)"]),
        (pairs(10, None), []),
        (
            [*pairs(1, None), file("a.wav", duration=100), file("a.vtt")],
            ["Need minimum 10 matched audio files (found 2)"],
        ),
        ([*pairs(1, None), file("a.wav", duration=600), file("a.vtt")], []),
    ],
)
def test_too_little_data_is_told_with_the_numbers_found(
    files: list[KnownFile], expected: list[str]
) -> None:
    assert messages(files) == expected


@given(seconds=st.floats(0, 299.9999))
def test_minutes_found_are_never_more_than_there_are(seconds: float) -> None:
    (message,) = messages(pairs(2, seconds))

    told = float(message.removesuffix(" minutes)").rpartition(" ")[2])
    assert told < 10
    assert told - 1e-9 <= seconds * 2 / 60 < told + 0.1 + 1e-9


def test_audio_that_is_not_in_a_pair_does_not_count() -> None:
    files = [*pairs(2, 100), file("alone.wav", duration=5000)]

    assert messages(files) == ["Need minimum 10 minutes total duration (found 3.3 minutes)"]
    assert verdict(files).unmatched_audio == ["alone.wav"]


def test_a_manifest_is_a_transcript_and_its_audio_are_pairs() -> None:
    files = [file("a.wav", duration=400), file("b.mp3", duration=400)]

    found = assess([*files, manifest("m.jsonl", "a.wav", "b.wav")], with_pairs=True)

    assert found.verdict.valid
    assert (found.transcripts, found.verdict.matched_pairs) == (1, 2)
    assert [(pair.audio.name, pair.transcript.name) for pair in found.pairs] == [
        ("a.wav", "m.jsonl"),
        ("b.mp3", "m.jsonl"),
    ]
    assert found.pairs[0].audio.duration == 400
    assert found.pairs[0].transcript.storage_key == "datasets/m.jsonl"


def test_unsafe_names_are_named() -> None:
    files = [*pairs(2, 300), file("audiomass-output (1).mp3"), file("Ünsafe.vtt")]

    errors = verdict(files).errors

    assert [(each.file, each.message) for each in errors] == [
        (name, f"Unsafe filename: '{name}'. Use only letters, digits, '.', '_' and '-'")
        for name in ("audiomass-output (1).mp3", "Ünsafe.vtt")
    ]


@pytest.mark.parametrize("name", ["-a.wav", ".a.wav", "con.wav"])
def test_an_unsafe_name_of_safe_letters_says_why(name: str) -> None:
    (error,) = verdict([*pairs(2, 300), file(name)]).errors

    assert error.message == (
        f"Unsafe filename: '{name}'. It must not begin with '.' or '-', "
        "nor be a Windows device such as CON or NUL"
    )


def test_more_pairs_than_a_message_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "MAX_PAIRS", 3)

    assert verdict(pairs(3, 300)).valid
    assert messages(pairs(4, 300)) == ["Need maximum 3 matched pairs (found 4)"]


def test_all_failures_are_told_together_what_is_too_little_first() -> None:
    files = [file("b c.wav", duration=60), file("a;b.wav", duration=60), file("b c.txt")]

    assert [error.split(":")[0].split(" (")[0] for error in messages(files)] == [
        "Need minimum 2 matched pairs",
        "Need minimum 10 minutes total duration",
        "Unsafe filename",
        "Unsafe filename",
        "Unsafe filename",
    ]


def test_a_failed_file_is_told_and_not_judged() -> None:
    failed = [FailedFile("b c.wav", "This is no audio."), FailedFile("a.vtt", "It is empty.")]

    found = assess(pairs(2, 300), failed, with_pairs=False)

    assert (found.verdict.valid, found.files) == (True, 4)
    assert [(each.code, each.file, each.message) for each in found.verdict.warnings] == [
        ("failed-file", "a.vtt", "'a.vtt' is not used: It is empty."),
        ("failed-file", "b c.wav", "'b c.wav' is not used: This is no audio."),
    ]


@given(files=models(), seconds=st.none() | st.floats(0, 1000), data=st.data())
def test_the_order_of_the_files_does_not_matter(
    files: list[KnownFile], seconds: float | None, data: st.DataObject
) -> None:
    timed = [each._replace(duration=seconds) for each in files if each.type == "AUDIO"]
    known = [*timed, *(each for each in files if each.type != "AUDIO")]

    shuffled = data.draw(st.permutations(known))
    assert assess(shuffled, with_pairs=True) == assess(known, with_pairs=True)


@given(files=models())
def test_the_verdict_is_valid_only_without_errors_and_counts_every_file(
    files: list[KnownFile],
) -> None:
    found = assess(files, with_pairs=True)

    assert found.verdict.valid is (found.verdict.errors == [])
    assert found.files == len(files)
    assert len(found.pairs) == found.verdict.matched_pairs
    unsafe = [each.file for each in found.verdict.errors if each.code == "unsafe-filename"]
    assert unsafe == sorted(each.name for each in files if not is_safe(each.name))
