"""Which held-out texts and words tell most about what was learnt."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from shared.speech.words import normalise

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
    vocabularies = [_words(each, language) for each in texts]
    asked = set().union(*vocabularies)
    containing: dict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    for other, text in enumerate(dict.fromkeys(known)):
        words = _words(text, language)
        sizes.append(len(words))
        for word in words & asked:
            containing[word].append(other)
    found = []
    for place, words in enumerate(vocabularies):
        shared = Counter(other for word in words for other in containing[word])
        of_both = ((count, len(words) + sizes[other] - count) for other, count in shared.items())
        if all(count < ALIKE * either for count, either in of_both):
            found.append(place)
    return found


def _words(text: str, language: str) -> set[str]:
    return set(normalise(text, language).split())


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
