"""What two texts are compared by."""

import unicodedata

UNSPACED = frozenset({"zh", "ja", "yue", "th", "lo", "my", "km", "bo"})
"""Languages written without spaces between words: every character counts as one word."""


def normalise(text: str, language: str) -> str:
    """What two texts are compared by: NFKC, lower case, letters, marks and digits only.

    Everything else separates words, apostrophes and hyphens too: ``l'heure`` is two words, as
    ``vingt-deux`` and ``don't`` are.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in folded)
    if language in UNSPACED:
        kept = " ".join(kept)
    return " ".join(kept.split())
