# ruff: noqa: RUF001 (letters of other scripts are the point)

import pytest

from services.ingest.adapters.languages import MIN_BYTES, language_of

TEXTS = {
    "en": "The patient was admitted with chest pain and shortness of breath, blood pressure one "
    "forty over ninety, no history of diabetes; treatment was started at once.",
    "fr": "Le patient a été admis pour une douleur thoracique et un essoufflement, la tension "
    "artérielle est de quatorze neuf, pas d'antécédent de diabète.",
    "de": "Der Patient wurde mit Brustschmerzen und Atemnot aufgenommen, der Blutdruck betrug "
    "hundertvierzig zu neunzig, ein Diabetes ist nicht bekannt.",
    "no": "Det er en fin dag i dag, og jeg tenker at vi skal gå en tur i skogen før det blir "
    "mørkt. Vi må ta med oss mat og drikke, for det er langt å gå.",
    "ja": "今日はとても天気がいいので、公園を散歩しましょう。患者は胸の痛みで入院しました。",
    "zh": "今天天气很好，我们一起去公园散步吧。患者因胸痛入院，血压一百四十，没有糖尿病史，"
    "医生马上开始治疗。我们明天再去看他。",
    "ru": "Пациент поступил с болью в груди и одышкой, давление сто сорок на девяносто, "
    "диабета в анамнезе нет, лечение начато немедленно.",
    "hi": "मरीज़ को सीने में दर्द और साँस लेने में तकलीफ़ के कारण अस्पताल में भर्ती कराया गया।",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_of_two_sentences_tells_its_language(language: str) -> None:
    assert language_of(TEXTS[language]) == language
    assert language_of(TEXTS[language].upper()) == language
    assert language_of(TEXTS[language] * 10_000) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world",
        "12:30 " * 1000,
        "a" * (MIN_BYTES - 1),
        "mhm yeah okay ja ok hmm eh uh la la " * 4,
        TEXTS["en"][:60] + TEXTS["fr"][:60] + TEXTS["de"][:60],
    ],
)
def test_where_it_is_unsure_it_says_nothing(text: str) -> None:
    assert language_of(text) is None
