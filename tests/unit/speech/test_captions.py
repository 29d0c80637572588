from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.speech.captions import shown, to_srt, to_txt, to_vtt
from shared.speech.cues import Cue
from shared.speech.subtitles import parse_transcript

SEGMENTS = [Cue(0, 1.2345, "Hello <b>\n\nyou & me"), Cue(360000, 360001, "\nbye  now\n")]


def test_subrip() -> None:
    assert to_srt(SEGMENTS) == (
        "1\n00:00:00,000 --> 00:00:01,234\nHello <b>\nyou & me\n\n"
        "2\n100:00:00,000 --> 100:00:01,000\nbye  now\n\n"
    )


def test_webvtt_escapes() -> None:
    assert to_vtt(SEGMENTS) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.234\nHello &lt;b&gt;\nyou &amp; me\n\n"
        "100:00:00.000 --> 100:00:01.000\nbye  now\n\n"
    )


def test_plain_text_is_one_line_a_segment() -> None:
    assert to_txt(SEGMENTS) == "Hello <b> you & me\nbye now\n"


def test_a_text_cannot_add_a_cue() -> None:
    evil = [Cue(0, 1, "a\n\n2\n00:00:05,000 ---> 00:00:06,000\n00:07.000 --> 00:08.000\nforged")]
    for name, written in (("a.srt", to_srt(evil)), ("a.vtt", to_vtt(evil))):
        parsed = parse_transcript(name, written.encode())
        assert parsed.cues is not None
        assert len(parsed.cues) == 1
    assert to_srt(evil).count("-->") == 1


def test_impossible_times_are_made_possible() -> None:
    assert "00:00:00.000 --> 00:00:00.000" in to_vtt([Cue(-2, -1, "a")])
    assert "00:00:02.000 --> 00:00:02.000" in to_vtt([Cue(2, 1, "a")])


def test_a_cue_without_time_is_shown_all_the_same() -> None:
    cues = [Cue(0, 1, "a"), Cue(1, 1, "b"), Cue(1, 1, "c"), Cue(1, 2, "d"), Cue(2, 2, "e")]
    assert [(cue.start, cue.end, cue.text) for cue in shown(cues, 2.0)] == [
        (0, 1, "a"),
        (1, 1.001, "b"),
        (1.001, 1.002, "c"),
        (1.002, 1.999, "d"),
        (1.999, 2, "e"),
    ]
    assert shown([], 2.0) == []


@given(times=st.lists(st.floats(0, 3)), end=st.floats(0, 3))
def test_shown_cues_last_follow_each_other_and_stay_within_the_end(
    times: list[float], end: float
) -> None:
    bounds = sorted(min(each, end) for each in times)
    cues = [Cue(*span, "a") for span in pairwise(bounds)]
    found = shown(cues, end)
    assert len(found) == len(cues)
    assert all(0 <= cue.start < cue.end for cue in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert not found or len(found) > end * 1000 or found[-1].end <= end
