"""In which language a text is written, found offline and always alike."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_BYTES = 100
"""Of letters, without which nothing is said: two sentences, or one of a larger script."""

MIN_CONFIDENCE = 0.8

_SAMPLE = 2_000
_ISO_639_1 = 2


def language_of(text: str) -> str | None:
    """The text's language as ISO 639-1; None where it is too short to tell, or uncertain.

    Its first 2,000 characters count. Of a language without such a code nothing is said.
    """
    sample = text[:_SAMPLE]
    letters = "".join(filter(str.isalpha, sample))
    if len(letters.encode()) < MIN_BYTES:
        return None
    language, confidence = _identifier().classify(sample)
    if confidence < MIN_CONFIDENCE or len(language) != _ISO_639_1:
        return None
    return str(language)


@cache
def _identifier() -> LanguageIdentifier:
    """The model, which takes a second and some 100 MB at the first call."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
