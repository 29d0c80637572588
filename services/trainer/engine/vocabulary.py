"""The base model's tokens."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from .fault import EngineFault

TIMESTAMP_STEP = 0.02
"""Seconds between two neighbouring timestamp tokens."""

MAX_TOKENS = 448
"""The decoder's context: prompt, text, timestamps and end together."""


ENGLISH_ONLY_END = 50256
"""The id of ``<|endoftext|>`` in English-only models; in multilingual ones it is 50257. Both
kinds list the language tokens, but the former were not trained with them."""


_MARK = re.compile(r"<\|[^<>|]*\|>")
"""How Whisper writes a token that steers it, such as ``<|endoftext|>``; some tools leave them in
transcripts, and tokenisers differ in which they take for the token."""


def plain(text: str) -> str:
    """A text as it is said, without Whisper's marks."""
    return _MARK.sub(" ", text).strip()


@dataclass(frozen=True)
class Vocabulary:
    """Text to token ids and back, and the ids of the tokens that steer Whisper.

    ``start`` is the prompt that forces language and task, without ``<|notimestamps|>``;
    ``previous`` stands before the text that came before, which stands before the prompt;
    ``suppressed`` and ``suppressed_first`` are the ids that decoding never yields, at all and as
    the first one.
    """

    tokenizer: Tokenizer
    start: tuple[int, ...]
    previous: int
    no_timestamps: int
    end: int
    suppressed: tuple[int, ...]
    suppressed_first: tuple[int, ...]

    @classmethod
    def read(cls, model_dir: Path, language: str) -> "Vocabulary":
        """Read the tokens of a CTranslate2 Whisper directory, of which two files tell.

        Raises:
            EngineFault: ``base-model-unreadable``, or ``language-not-supported``.
        """
        try:
            tokenizer = Tokenizer.from_file(str(model_dir / "tokenizer.json"))
            config = json.loads((model_dir / "config.json").read_text("utf-8"))
            suppressed = tuple(config.get("suppress_ids") or ())
            suppressed_first = tuple(config.get("suppress_ids_begin") or ())
            listed = _listed(model_dir)
        except Exception as error:  # tokenizers raises bare Exception for any unreadable file
            message = "The tokenizer, vocabulary or config.json of the base model cannot be read."
            raise EngineFault("base-model-unreadable", message, fault="platform") from error
        for token in ("<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>"):
            if listed[_special(tokenizer, token) :][:1] != [token]:
                message = "The base model's tokenizer and vocabulary are not of the same model."
                raise EngineFault("base-model-unreadable", message, fault="platform")
        return cls(
            tokenizer=tokenizer,
            start=_start(tokenizer, language),
            previous=_special(tokenizer, "<|startofprev|>"),
            no_timestamps=_special(tokenizer, "<|notimestamps|>"),
            end=_special(tokenizer, "<|endoftext|>"),
            suppressed=suppressed,
            suppressed_first=suppressed_first,
        )

    def told(self, language: str) -> "Vocabulary":
        """The same tokens with the prompt of another language.

        Raises:
            EngineFault: ``language-not-supported``.
        """
        return replace(self, start=_start(self.tokenizer, language))

    @property
    def plain_start(self) -> tuple[int, ...]:
        """The prompt for text without timestamps."""
        return (*self.start, self.no_timestamps)

    def timestamp(self, seconds: float) -> int:
        """The token of a time within a window, 0 to 30 seconds, rounded to 20 ms."""
        return self.no_timestamps + 1 + round(seconds / TIMESTAMP_STEP)

    def encode(self, text: str) -> tuple[int, ...]:
        """Tokens of a text as Whisper writes it: with a leading space, none that steers."""
        joined = " " + " ".join(plain(text).split())
        return tuple(self.tokenizer.encode(joined, add_special_tokens=False).ids)

    def decode(self, ids: list[int]) -> str:
        """The text of token ids; special tokens and timestamps leave no trace."""
        text = self.tokenizer.decode([each for each in ids if each < self.end])
        return str(text).strip()


def _listed(model_dir: Path) -> list[str]:
    """The tokens in the order of their ids, as CTranslate2 reads them."""
    path = model_dir / "vocabulary.json"
    if path.is_file():
        return list(json.loads(path.read_text("utf-8")))
    return (model_dir / "vocabulary.txt").read_text("utf-8").split("\n")


def _special(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        message = f"the base model's tokenizer has no {token}"
        raise EngineFault("base-model-unreadable", message, fault="platform")
    return int(found)


def _start(tokenizer: Tokenizer, language: str) -> tuple[int, ...]:
    start = _special(tokenizer, "<|startoftranscript|>")
    if _special(tokenizer, "<|endoftext|>") == ENGLISH_ONLY_END:
        if language != "en":
            message = f"an English-only base model cannot learn {language!r}"
            raise EngineFault("language-not-supported", message, fault="platform")
        return (start,)
    spoken = tokenizer.token_to_id(f"<|{language}|>")
    if spoken is None:
        message = f"the base model does not know the language {language!r}"
        raise EngineFault("language-not-supported", message, fault="platform")
    return (start, int(spoken), _special(tokenizer, "<|transcribe|>"))
