"""What pairs with what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.domain.files import KnownFile
from services.validator.domain.pairing import Matching, match, stems_of
from shared.speech.filenames import stem

from .files import file, manifest, models


def named_pairs(found: Matching) -> list[tuple[str, str]]:
    return [(pair.audio.name, pair.transcript.name) for pair in found.pairs]


def warnings(found: Matching) -> dict[str | None, str]:
    return {each.file: each.message for each in found.warnings}


def not_used(found: Matching) -> set[str | None]:
    return {
        each.file for each in found.warnings if each.code in {"same-stem", "several-transcripts"}
    }


def test_files_pair_by_stem_without_case() -> None:
    found = match([file(name) for name in ("Talk1.m4a", "talk1.vtt", "alone.wav", "lost.srt")])

    assert named_pairs(found) == [("Talk1.m4a", "talk1.vtt")]
    assert (found.unmatched_audio, found.unmatched_transcripts) == (["alone.wav"], ["lost.srt"])
    assert found.warnings == []


def test_a_manifest_pairs_with_every_audio_that_it_names() -> None:
    found = match(
        [
            file("a.wav"),
            file("Talk.m4a"),  # uploaded as a video
            file("other.wav"),
            manifest("all.jsonl", "A.wav", "talk.mp4"),
        ]
    )

    assert named_pairs(found) == [("a.wav", "all.jsonl"), ("Talk.m4a", "all.jsonl")]
    assert (found.unmatched_audio, found.unmatched_transcripts) == (["other.wav"], [])
    assert found.warnings == []


def test_a_manifest_whose_audio_is_not_there_says_what_is_missing() -> None:
    missing = [f"{number}.wav" for number in range(5)]

    found = match([file("a.wav"), manifest("m.jsonl", "a.wav", *missing)])

    assert named_pairs(found) == [("a.wav", "m.jsonl")]
    assert warnings(found) == {
        "m.jsonl": "'m.jsonl' names audio that is not uploaded: "
        "'0.wav', '1.wav', '2.wav' and 2 more (5 in all)"
    }


@pytest.mark.parametrize("named", [["b.wav"], []])
def test_a_manifest_that_names_no_audio_of_the_model_is_unmatched(named: list[str]) -> None:
    found = match([file("a.wav"), manifest("m.jsonl", *named)])

    assert found.unmatched_transcripts == ["m.jsonl"]
    assert found.unmatched_audio == ["a.wav"]


def test_a_manifest_with_names_that_are_not_known_is_unmatched() -> None:
    assert match([file("a.wav"), file("a.jsonl")]).unmatched_transcripts == ["a.jsonl"]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["a.txt", "a.srt", "a.vtt"], "a.vtt"),
        (["a.txt", "m.jsonl", "a.srt"], "a.srt"),
        (["a.txt", "m.jsonl"], "m.jsonl"),
        (["m.jsonl", "n.jsonl"], "m.jsonl"),
        (["n.jsonl", "m.jsonl"], "n.jsonl"),  # the older upload, not the lesser name
    ],
)
def test_of_several_texts_the_one_with_the_best_times_is_taken_then_the_older(
    names: list[str], taken: str
) -> None:
    texts = [
        manifest(name, "a.wav", number=at) if name.endswith("jsonl") else file(name, at)
        for at, name in enumerate(names)
    ]

    found = match([file("a.wav"), *texts])

    assert named_pairs(found) == [("a.wav", taken)]
    assert warnings(found) == {
        other: f"'{other}' is not used for 'a.wav', in favour of '{taken}'"
        for other in names
        if other != taken
    }


def test_a_manifest_that_is_taken_for_some_of_its_audio_is_warned_about_once() -> None:
    found = match(
        [
            *(file(f"{name}.wav") for name in "abcde"),
            *(file(f"{name}.vtt") for name in "abcd"),
            manifest("m.jsonl", *(f"{name}.wav" for name in "abcde")),
        ]
    )

    assert ("e.wav", "m.jsonl") in named_pairs(found)
    assert warnings(found) == {
        "m.jsonl": "'m.jsonl' is not used for 'a.wav', 'b.wav', 'c.wav' and 1 more, "
        "in favour of 'a.vtt', 'b.vtt', 'c.vtt' and 1 more"
    }


def test_two_names_of_one_stem_in_a_manifest_are_one_recording() -> None:
    found = match([file("a.wav"), file("a.vtt"), manifest("m.jsonl", "a.wav", "A.mp4")])

    assert warnings(found) == {"m.jsonl": "'m.jsonl' is not used for 'a.wav', in favour of 'a.vtt'"}


def test_of_several_audio_files_the_one_that_lost_least_is_taken() -> None:
    found = match([file("a.mp3", 1), file("a.m4a", 2), file("a.wav", 3), file("A.vtt", 4)])

    assert named_pairs(found) == [("a.wav", "A.vtt")]
    assert warnings(found) == {
        "a.mp3": "'a.mp3' is not used: 'a.wav' bears the same name",
        "a.m4a": "'a.m4a' is not used: 'a.wav' bears the same name",
    }


def test_of_several_audio_files_the_one_that_a_manifest_names_is_taken() -> None:
    found = match([file("a.wav"), file("a.flac"), manifest("m.jsonl", "a.flac")])

    assert named_pairs(found) == [("a.flac", "m.jsonl")]
    assert warnings(found) == {"a.wav": "'a.wav' is not used: 'a.flac' bears the same name"}


def test_all_audio_of_a_stem_without_a_text_is_unmatched() -> None:
    found = match([file("a.mp3"), file("a.wav")])

    assert (found.unmatched_audio, found.warnings) == (["a.mp3", "a.wav"], [])


@given(files=models())
def test_every_file_is_paired_or_unmatched_or_not_used_with_a_warning(
    files: list[KnownFile],
) -> None:
    found = match(files)

    paired = {each.name for pair in found.pairs for each in pair}
    unmatched = [*found.unmatched_audio, *found.unmatched_transcripts]
    beaten = not_used(found) - paired  # a manifest may be used for some of its audio only
    assert sorted([*paired, *unmatched, *beaten]) == sorted(each.name for each in files)


@given(files=models())
def test_pairs_stand_under_one_stem_and_every_audio_is_in_one_at_most(
    files: list[KnownFile],
) -> None:
    found = match(files)

    assert all(stem(pair.audio.name) in stems_of(pair.transcript) for pair in found.pairs)
    assert len({pair.audio.name for pair in found.pairs}) == len(found.pairs)


@given(files=models())
def test_audio_is_unmatched_only_where_no_text_stands_under_its_stem(
    files: list[KnownFile],
) -> None:
    with_text = {key for each in files if each.type != "AUDIO" for key in stems_of(each)}

    assert with_text.isdisjoint(map(stem, match(files).unmatched_audio))


@given(files=models(), data=st.data())
def test_the_order_of_the_files_does_not_matter(
    files: list[KnownFile], data: st.DataObject
) -> None:
    assert match(data.draw(st.permutations(files))) == match(files)


@given(files=models())
def test_the_case_of_stems_does_not_matter(files: list[KnownFile]) -> None:
    def upper(each: KnownFile) -> KnownFile:
        named = each.named and [name.upper() for name in each.named]
        return each._replace(name=each.name.upper(), named=named)

    def ids(found: Matching) -> list[tuple[str, str]]:
        return sorted((pair.audio.dataset_id, pair.transcript.dataset_id) for pair in found.pairs)

    assert ids(match([upper(each) for each in files])) == ids(match(files))


@given(files=models(), more=models())
def test_a_file_more_unpairs_no_other_audio(files: list[KnownFile], more: list[KnownFile]) -> None:
    new = next((each for each in more if each.name not in {old.name for old in files}), None)
    if new is None:
        return
    before = {stem(pair.audio.name): pair.audio.name for pair in match(files).pairs}
    after = {
        stem(pair.audio.name): pair.audio.name
        for pair in match([*files, new._replace(dataset_id="9999")]).pairs
    }

    assert before.keys() <= after.keys()
    others = before.keys() - ({stem(new.name)} if new.type == "AUDIO" else set())
    assert {key: before[key] for key in others} == {key: after[key] for key in others}
