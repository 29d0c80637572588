"""Shaping of what services answer."""

from typing import Any


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    """The item without those of the members that are null: where absent is what says it."""
    return {key: value for key, value in item.items() if value is not None or key not in names}
