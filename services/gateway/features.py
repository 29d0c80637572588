"""What an organisation's plan allows, remembered for a few seconds."""

import time
from typing import Any

from nameko.extensions import DependencyProvider

from shared.rpc.quota import Feature, GetFeatures
from shared.runtime.service.calls import Caller

MAX_REMEMBERED = 10_000


class Features:
    """Asks quota, at most once in `seconds` for each organisation."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[float, list[Feature]]] = {}
        self._changes = 0

    def of(self, organisation_id: str, call: Caller) -> list[Feature]:
        """The plan's features. Raises `service-unavailable`."""
        until, features = self._known.get(organisation_id, (0.0, []))
        if time.monotonic() < until:
            return features
        changes = self._changes
        features = call(GetFeatures(organisation_id=organisation_id)).features
        if changes == self._changes:  # else a plan changed while quota answered
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[organisation_id] = (time.monotonic() + self._seconds, features)
        return features

    def forget(self, organisation_id: str) -> None:
        """The organisation's plan changes."""
        self._changes += 1
        self._known.pop(organisation_id, None)


class KnownFeatures(DependencyProvider):  # type: ignore[misc]
    """Injects the one memory of this process."""

    def setup(self) -> None:
        """Remember as long as the settings say."""
        self._features = Features(self.container.config["settings"].features_cache_seconds)

    def get_dependency(self, _worker_ctx: Any) -> Features:
        """The memory."""
        return self._features
