"""What is warned about beyond names and minimums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.domain.files import KnownFile
from services.validator.domain.suspicions import MOST_OF_A_KIND
from services.validator.domain.verdict import assess
from shared.rpc.validator import Finding

from .files import file, manifest, models, pairs


def found(*files: KnownFile, language: str | None = "fr") -> list[tuple[str, str | None, str]]:
    warnings = assess(files, language=language, with_pairs=False).verdict.warnings
    return [(each.code, each.file, each.message) for each in warnings]


def codes(*files: KnownFile, language: str | None = "fr") -> list[str]:
    return [code for code, _, _ in found(*files, language=language)]


def audio(seconds: float | None = 600.0, **facts: object) -> KnownFile:
    return file("a.wav", duration=seconds, **facts)


def text(seconds: float | None = 480.0, **facts: object) -> KnownFile:
    """Ordinary speech, where it is not told otherwise."""
    usual = {
        "characters": 7000,
        "spoken_seconds": seconds,
        "end_time": seconds and 598.0,
        "longest_label": 200,
        "language": "fr",
    }
    return file("a.txt" if seconds is None else "a.vtt", **{**usual, **facts})


def test_ordinary_data_is_not_warned_about() -> None:
    assert found(audio(silence=0.2, clipping=0.0001), text()) == []
    assert found(audio(silence=0.2, clipping=0.0001), text(None)) == []


def test_what_is_not_known_is_not_warned_about() -> None:
    assert found(file("a.wav"), file("a.vtt"), language=None) == []
    assert found(audio(None), text(), language=None) == []


@pytest.mark.parametrize(("end", "warned"), [(605.0, False), (605.1, True)])
def test_a_transcript_that_ends_well_after_its_audio(end: float, warned: bool) -> None:
    expected = (
        "ends-after-audio",
        "a.vtt",
        f"'a.vtt' ends at {end} seconds, 'a.wav' at 600.0: it may belong to another recording",
    )
    assert found(audio(), text(end_time=end)) == ([expected] if warned else [])


@pytest.mark.parametrize(
    ("seconds", "silence", "spoken", "warned"),
    [
        (600.0, 0.0, 150.0, False),
        (600.0, 0.0, 149.0, True),
        (600.0, 0.5, 149.0, False),  # the other half has no sound to cover
        (600.0, None, 149.0, True),
        (32.0, 0.0, 2.5, False),  # a pause
    ],
)
def test_a_transcript_that_covers_little_of_its_audio(
    seconds: float, silence: float | None, spoken: float, warned: bool
) -> None:
    ordinary = text(spoken, characters=int(15 * spoken), end_time=30.0)

    assert codes(audio(seconds, silence=silence), ordinary) == ["covers-little"] * warned


@pytest.mark.parametrize(
    ("characters", "language", "expected"),
    [
        (3000, "fr", []),
        (2999, "fr", ["text-too-sparse"]),
        (30_030, "fr", []),
        (30_031, "fr", ["text-too-dense"]),
        (1000, "ja", []),
        (999, "ja", ["text-too-sparse"]),
        (14_014, "ja", []),
        (14_015, "ja", ["text-too-dense"]),
        (14_015, None, []),
    ],
)
def test_text_is_too_dense_or_too_sparse_by_its_script(
    characters: int, language: str | None, expected: list[str]
) -> None:
    spoken = text(1000.0, characters=characters, language=language, end_time=1000.0)

    assert codes(audio(1000.0), spoken, language=language) == expected


def test_the_script_of_a_text_too_short_to_tell_is_that_of_the_model() -> None:
    dense = text(60.0, characters=1000, language=None, end_time=60.0)

    assert codes(audio(60.0), dense, language="zh") == ["text-too-dense"]
    assert codes(audio(60.0), dense, language="fr") == []


@pytest.mark.parametrize(("silence", "warned"), [(0.0, True), (0.8, False)])
def test_a_text_without_times_is_measured_by_the_sound_of_its_audio(
    silence: float, warned: bool
) -> None:
    plain = text(None, characters=1000)

    assert codes(audio(silence=silence), plain) == ["text-too-sparse"] * warned


def test_a_few_words_are_neither_dense_nor_sparse() -> None:
    assert codes(audio(0.8), text(None, characters=50)) == []
    assert codes(audio(29.0), text(None, characters=1)) == []


def test_silent_and_clipped_audio_is_told_with_its_share() -> None:
    assert found(audio(silence=0.9996, clipping=0.0234), text(None, characters=None)) == [
        ("silent-audio", "a.wav", "'a.wav' is silent for 99.9% of its time"),
        (
            "clipped-audio",
            "a.wav",
            "'a.wav' is clipped in 2.3% of its samples: recorded too loud",
        ),
    ]
    assert codes(audio(silence=0.949, clipping=0.0049), text(None, characters=None)) == []


@pytest.mark.parametrize(
    ("label", "language", "warned"),
    [(884, "fr", False), (885, "fr", True), (442, "my", False), (443, "my", True)],
)
def test_labels_that_may_exceed_the_models_tokens(label: int, language: str, warned: bool) -> None:
    transcript = text(longest_label=label, language=language)

    warnings = found(audio(), transcript, language=language)

    assert [code for code, _, _ in warnings] == ["long-label"] * warned
    assert all(f"{label} bytes" in told and "448 tokens" in told for _, _, told in warnings)


@pytest.mark.parametrize(("seconds", "warned"), [(30.0, True), (30.1, False), (None, False)])
def test_a_text_without_times_is_one_label_beside_short_audio_only(
    seconds: float | None, warned: bool
) -> None:
    plain = text(None, longest_label=900, characters=None)

    assert codes(audio(seconds), plain) == ["long-label"] * warned


@pytest.mark.parametrize(
    ("language", "model", "warned"),
    [
        ("de", "fr", True),
        ("fr", "fr", False),
        (None, "fr", False),
        ("de", None, False),
        ("zh", "yue", False),
        ("no", "nn", False),
        ("jv", "jw", False),
        ("de", "yi", False),
    ],
)
def test_a_text_in_another_language_than_the_models(
    language: str | None, model: str | None, warned: bool
) -> None:
    expected = (
        "other-language",
        "a.vtt",
        f"'a.vtt' looks like '{language}', but the model learns '{model}'",
    )
    assert (
        found(audio(), text(language=language, characters=3000), language=model)
        == [expected] * warned
    )


def test_content_that_is_there_twice() -> None:
    same = {"sha256": "5" * 64}
    files = [
        *(file(f"{name}.wav", duration=600.0, **same) for name in "abc"),
        *(file(f"{name}.txt", sha256="7" * 64, size=300) for name in "ab"),
        file("c.txt", size=300),
    ]

    assert found(*files) == [
        ("duplicate-content", "b.wav", "'b.wav' has the same content as 'a.wav'"),
        ("duplicate-content", "c.wav", "'c.wav' has the same content as 'a.wav'"),
        ("duplicate-content", "b.txt", "'b.txt' has the same content as 'a.txt'"),
    ]


def test_short_texts_may_be_equal() -> None:
    files = [
        *(file(f"{name}.wav", duration=600.0) for name in "ab"),
        *(file(f"{name}.txt", sha256="7" * 64, size=255) for name in "ab"),
    ]

    assert found(*files) == []


def test_a_manifest_is_measured_against_all_its_audio() -> None:
    listing = manifest("m.jsonl", "a.wav", "b.wav", spoken_seconds=40.0, characters=600)
    long, other = audio(500.0), file("b.wav", duration=100.0)

    assert [told for _, _, told in found(long, other, listing)] == [
        (
            "'m.jsonl' covers 40.0 of the 600.0 seconds with sound of 2 audio files: "
            "it may belong to another recording"
        )
    ]
    # Its totals say nothing about a part of what it names.
    assert codes(long, listing) == ["audio-not-uploaded"]


def test_files_that_are_not_used_are_not_judged() -> None:
    silent = file("a.mp3", duration=600.0, silence=1.0)

    assert codes(audio(), silent, text()) == ["same-stem"]
    assert codes(audio(), text(), file("b.wav", duration=600.0, silence=1.0)) == []


def test_findings_of_a_kind_are_in_order_of_name() -> None:
    files = [
        file(name, number, duration=600.0, end_time=700.0, silence=1.0)
        for number, name in enumerate(["c.wav", "b.wav", "a.wav", "b.vtt", "c.vtt", "a.vtt"])
    ]

    assert [(code, name) for code, name, _ in found(*files)] == [
        (code, f"{name}.{end}")
        for code, end in (("ends-after-audio", "vtt"), ("silent-audio", "wav"))
        for name in "abc"
    ]


def test_a_kind_that_is_found_very_often_is_summed_up() -> None:
    silent = [each._replace(silence=1.0) for each in pairs(MOST_OF_A_KIND + 7, 600.0)]

    warnings = found(*silent)

    assert len(warnings) == MOST_OF_A_KIND + 1
    assert warnings[-1] == ("silent-audio", None, "The same was found in 7 more files")


@st.composite
def measured(draw: st.DrawFn) -> list[KnownFile]:
    """Files with any facts, as they may come."""
    seconds = st.none() | st.floats(0, 1e6)
    shares = st.none() | st.floats(0, 1)
    counts = st.none() | st.integers(0, 10**7)
    languages = st.none() | st.sampled_from(["fr", "zh", "my"])
    return [
        each._replace(
            duration=draw(seconds) if each.type == "AUDIO" else None,
            silence=draw(shares),
            clipping=draw(shares),
            end_time=draw(seconds),
            characters=draw(counts),
            spoken_seconds=draw(seconds),
            longest_label=draw(counts),
            language=draw(languages),
        )
        for each in draw(models())
    ]


@given(files=measured(), language=st.none() | st.sampled_from(["fr", "zh", "my"]))
def test_suspicions_name_their_file_and_never_change_whether_the_data_is_valid(
    files: list[KnownFile], language: str | None
) -> None:
    bare = [
        each._replace(
            silence=None,
            clipping=None,
            end_time=None,
            characters=None,
            spoken_seconds=None,
            longest_label=None,
            language=None,
        )
        for each in files
    ]
    judged = assess(files, language=language, with_pairs=True)
    plain = assess(bare, with_pairs=True)

    assert judged.verdict.errors == plain.verdict.errors
    assert judged.pairs == plain.pairs
    names = {each.name for each in files}
    assert all(_names(each, names) for each in judged.verdict.warnings)


def _names(warning: Finding, names: set[str]) -> bool:
    return warning.file in names and f"'{warning.file}'" in warning.message
