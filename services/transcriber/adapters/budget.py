"""How many tokens a decoder has for what it is told and for what it writes of a window."""

CONTEXT_TOKENS = 448
"""Of a window, all that the decoder is told and all that it writes."""
HOT_TOKENS = 112
"""A quarter of them for hot words, half of what faster-whisper would cut at: fast speech in some
scripts takes more than the other half."""
MARK_TOKENS = 4
"""That the text begins, its language, its task, that it has no timestamps."""


def most_tokens(seconds: float, hints: int) -> int:
    """Nobody says more in so short a time; without this a loop on one word goes on for long.

    Twice what is wanted, since CTranslate2 keeps half of all for the text.
    """
    return min(2 * int(16 + 25 * seconds), CONTEXT_TOKENS - MARK_TOKENS - hints)


def room(most: int, hints: int) -> int:
    """How many tokens of a text the decoder then writes."""
    return min((MARK_TOKENS + hints + most) // 2, most + 1)
