# ruff: noqa: RUF001 - typographic and full-width characters are the point
"""Where captions end."""

from shared.speech.alignment.align import align
from shared.speech.alignment.cutting import MAX_SECONDS, MAX_WIDTH
from shared.speech.alignment.values import HeardWord

from .heard import check, said, texts


def test_a_long_line_is_cut_at_its_sentences() -> None:
    text = (
        "M. Dupont est arrivé à 8.30 heures. « Et Mme. Martin ? » Elle viendra plus tard ! "
        "Non… peut-être. J. Roche aussi."
    )
    found = align(text, said(text), "fr", 60)
    assert texts(found) == [
        "M. Dupont est arrivé à 8.30 heures.",
        "« Et Mme. Martin ? »",
        "Elle viendra plus tard !",
        "Non… peut-être.",
        "J. Roche aussi.",
    ]


def test_a_long_sentence_is_cut_at_clauses_and_a_slow_one_in_its_pauses() -> None:
    text = (
        "Quand la pluie tombe sur la ville endormie, les rues se vident peu à peu, et les "
        "lumières des maisons brillent longtemps dans la nuit"
    )
    found = align(text, said(text), "fr", 60)
    assert [cue[-6:] for cue in texts(found)[:2]] == ["ormie,", "à peu,"]
    assert all(len(cue) <= MAX_WIDTH for cue in texts(found))
    slow = [*said("voici le premier point"), *said("et voici le second", 6)]
    assert texts(align("voici le premier point et voici le second", slow, "fr", 60)) == [
        "voici le premier point",
        "et voici le second",
    ]


def test_scripts_without_spaces() -> None:
    text = "今天天气很好，我们去公园散步。OpenAI发布了新的模型！" * 3
    heard = [
        HeardWord(number * 0.2, number * 0.2 + 0.2, letter, 0.5)
        for number, letter in enumerate(c for c in text if c.isalnum())
    ]
    found = align(text, heard, "zh", 60)
    check(text, found, 60)
    assert texts(found) == ["今天天气很好，我们去公园散步。", "OpenAI发布了新的模型！"] * 3
    assert all(cue.matched and cue.confidence == 0.5 for cue in found.cues)
    assert all(cue.end - cue.start <= MAX_SECONDS for cue in found.cues)


def test_thai_is_cut_at_its_spaces_and_never_before_a_mark() -> None:
    text = "สวัสดีครับทุกคนวันนี้อากาศดีมากเราจะไปเดินเล่นที่สวน แล้วก็กลับบ้านกินข้าวกันทั้งครอบครัวอย่างมีความสุขมาก"
    found = align(text, [], "th", 60)
    check(text, found, 60)
    assert texts(found)[0].endswith("ที่สวน")
