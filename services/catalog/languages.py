"""The languages of the catalog, and the base models behind them."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def names() -> dict[str, str]:
    """Every language key with its name, in order of name."""
    text = (files(__package__) / "languages.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return dict(sorted(((row["key"], row["name"]) for row in rows), key=lambda row: row[1]))


def whisper_language(key: str) -> str:
    """The language that Whisper knows: the primary subtag."""
    return key.partition("-")[0]


def base_model(key: str, base_models: Mapping[str, str]) -> str | None:
    """The base model of a language, by its key, its primary subtag or `*`."""
    for name in (key, whisper_language(key), "*"):
        if name in base_models:
            return base_models[name]
    return None
