"""JSON that is read a value at a time, so that hours of speech take no more memory than minutes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

CHUNK = 64 * 1024

AFTER_A_VALUE = ",:]}"

Read = Callable[[int], str]
"""So many characters more of a text, or fewer at its end; all of them for -1."""


def members(read: Read) -> Iterator[tuple[str, Any]]:
    """The members of an object without white space outside of strings; of a list each item.

    Raises `ValueError` for anything else.
    """
    document = _Document(read)
    mark = document.mark()
    if mark != "{":
        raise ValueError("the document is no object")
    while mark != "}":
        name = document.value()
        document.mark()  # a colon
        if document.peek() == "[":
            yield from ((name, item) for item in document.items())
        else:
            yield name, document.value()
        mark = document.mark()


class _Document:
    def __init__(self, read: Read) -> None:
        self._read = read
        self._decode = json.JSONDecoder().raw_decode
        self._text, self._at = "", 0

    def peek(self) -> str:
        """The next character."""
        if self._at == len(self._text):
            self._grow(CHUNK)
        return self._text[self._at]

    def mark(self) -> str:
        """The next character, which is passed."""
        found = self.peek()
        self._at += 1
        return found

    def items(self) -> Iterator[Any]:
        """Of the list that begins here."""
        mark = self.mark()
        if self.peek() == "]":
            mark = self.mark()
        while mark != "]":
            yield self.value()
            mark = self.mark()

    def value(self) -> Any:
        """The value that begins here; a longer one is read in ever larger pieces."""
        size = CHUNK
        while True:
            try:
                found, end = self._decode(self._text, self._at)
                if self._text[end] in AFTER_A_VALUE:  # else it is half of a number
                    self._at = end
                    return found
            except (ValueError, IndexError):
                pass  # it goes on
            self._grow(size)
            size *= 2

    def _grow(self, size: int) -> None:
        more = self._read(size)
        if not more:
            raise ValueError("the document ends too early")
        self._text, self._at = self._text[self._at :] + more, 0
