"""Pairing and the minimums."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.domain import KnownFile, assess, match
from shared.events.data import DatasetFile
from shared.rpc.validator import Verdict
from shared.speech.filenames import stem

Kind = Literal["AUDIO", "TRANSCRIPT", "MANIFEST"]


def known(kind: Kind, name: str, duration: float | None = None, number: int = 0) -> KnownFile:
    file = DatasetFile(
        dataset_id=f"{number:04}",
        name=name,
        storage_key=name,
        size=1,
        sha256="0" * 64,
        duration=duration,
    )
    return KnownFile(kind, file)


def pairs(count: int, seconds: float | None) -> list[KnownFile]:
    return [
        each
        for number in range(count)
        for each in (
            known("AUDIO", f"talk{number}.wav", seconds),
            known("TRANSCRIPT", f"talk{number}.vtt"),
        )
    ]


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
            [known("AUDIO", "a.wav", 700)],
            [
                "At least one transcript file is required",
                "Need minimum 2 matched pairs (found 0)",
                "Need minimum 10 minutes total duration (found 0.0 minutes)",
            ],
        ),
        (pairs(1, 700), ["Need minimum 2 matched pairs (found 1)"]),
        (pairs(2, 129), ["Need minimum 10 minutes total duration (found 4.3 minutes)"]),
        (pairs(2, 299.9), ["Need minimum 10 minutes total duration (found 9.9 minutes)"]),
        (pairs(9, None), ["Need minimum 10 matched audio files (found 9)"]),
        (pairs(10, None), []),
    ],
)
def test_too_little_data_is_told_with_the_numbers_found(
    files: list[KnownFile], expected: list[str]
) -> None:
    assert messages(files) == expected


def test_unsafe_names_are_named() -> None:
    files = [*pairs(2, 300), known("AUDIO", "audiomass-output (1).mp3", 5)]

    (error,) = verdict(files).errors

    assert error.message.startswith("Unsafe filename: 'audiomass-output (1).mp3'")
    assert error.file == "audiomass-output (1).mp3"


def test_files_pair_by_stem_without_case() -> None:
    found = match(
        [
            known("AUDIO", "Talk1.m4a", 5),
            known("TRANSCRIPT", "talk1.vtt"),
            known("AUDIO", "alone.wav", 5),
            known("TRANSCRIPT", "lost.srt"),
        ]
    )

    assert [(pair.audio.name, pair.transcript.name) for pair in found.pairs] == [
        ("Talk1.m4a", "talk1.vtt")
    ]
    assert (found.unmatched_audio, found.unmatched_transcripts) == (["alone.wav"], ["lost.srt"])


def test_of_several_files_with_one_stem_the_better_format_is_taken_and_the_rest_warned_about() -> (
    None
):
    found = match(
        [
            known("AUDIO", "a.mp3", 5, 1),
            known("AUDIO", "a.wav", 5, 2),
            known("TRANSCRIPT", "a.txt", None, 3),
            known("TRANSCRIPT", "a.vtt", None, 4),
        ]
    )

    assert [(pair.audio.name, pair.transcript.name) for pair in found.pairs] == [("a.wav", "a.vtt")]
    assert {warning.file for warning in found.warnings} == {"a.mp3", "a.txt"}


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["a", "A", "b", "c", "Ça"]),
        st.sampled_from(["wav", "mp3", "vtt", "srt", "txt", "WAV"]),
    ),
    unique=True,
)


@given(names=NAMES)
def test_every_stem_pairs_or_is_left_over_exactly_once(names: list[tuple[str, str]]) -> None:
    files = [
        known("AUDIO" if end.lower() in {"wav", "mp3"} else "TRANSCRIPT", f"{name}.{end}")
        for name, end in names
    ]

    found = match(files)

    audio = {stem(each.file.name) for each in files if each.type == "AUDIO"}
    transcripts = {stem(each.file.name) for each in files if each.type == "TRANSCRIPT"}
    assert [stem(pair.audio.name) for pair in found.pairs] == sorted(audio & transcripts)
    assert all(stem(pair.audio.name) == stem(pair.transcript.name) for pair in found.pairs)
    assert sorted(stem(name) for name in found.unmatched_audio) == sorted(audio - transcripts)
    named = len(found.pairs) * 2 + len(found.unmatched_audio) + len(found.unmatched_transcripts)
    assert named + len(found.warnings) == len(files)


@given(names=NAMES, data=st.data())
def test_the_order_of_the_files_does_not_matter(
    names: list[tuple[str, str]], data: st.DataObject
) -> None:
    files = [
        known("AUDIO" if end.lower() in {"wav", "mp3"} else "TRANSCRIPT", f"{name}.{end}", 5, place)
        for place, (name, end) in enumerate(names)
    ]
    shuffled = data.draw(st.permutations(files))

    assert assess(files, with_pairs=True) == assess(shuffled, with_pairs=True)
