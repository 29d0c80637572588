"""Which held-out texts and words tell most about what was learnt."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from .scoring import normalise
from .vocabulary import Vocabulary

ALIKE = 0.5
"""Shared words over all words of two texts from which they count as alike."""

MOST_TERMS = 50
FEWEST_SPOKEN = 2
RARE_TOKENS = 3
"""Whisper's tokeniser has a token of its own for a word that is frequent in the web's text, two for
many; a word of three and more is rare there."""


def unlike(texts: Sequence[str], known: Sequence[str], language: str) -> list[int]:
    """The places of the texts that share few words with each known one."""
    vocabularies = [set(normalise(each, language).split()) for each in known]
    containing: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(vocabularies):
        for word in words:
            containing[word].append(place)
    found = []
    for place, text in enumerate(texts):
        words = set(normalise(text, language).split())
        shared = Counter(other for word in words for other in containing.get(word, ()))
        if all(count < ALIKE * len(words | vocabularies[other]) for other, count in shared.items()):
            found.append(place)
    return found


def terms(texts: Sequence[str], vocabulary: Vocabulary, language: str) -> list[str]:
    """The words of the texts that are spoken more than once and rare elsewhere, frequent first."""
    counts = Counter(word for text in texts for word in normalise(text, language).split())
    frequent = [
        word
        for word, count in counts.most_common()
        if count >= FEWEST_SPOKEN
        and not word.isdigit()
        and len(vocabulary.encode(word)) >= RARE_TOKENS
    ]
    return frequent[:MOST_TERMS]


def recalled(
    wanted: Sequence[str], references: Sequence[str], hypotheses: Sequence[str], language: str
) -> tuple[int, int]:
    """How often the wanted words are in the references, and in the hypotheses of these too."""
    spoken = found = 0
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        said = Counter(normalise(reference, language).split())
        heard = Counter(normalise(hypothesis, language).split())
        for word in wanted:
            spoken += said[word]
            found += min(said[word], heard[word])
    return spoken, found
