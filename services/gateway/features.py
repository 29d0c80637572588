"""What an organisation's plan allows and who its reseller is, remembered for a few seconds."""

import time
from typing import Any

from nameko.extensions import DependencyProvider

from shared.rpc.quota import Feature, GetFeatures, NoteParent
from shared.rpc.quota import Features as Known
from shared.runtime.service.calls import Caller

MAX_REMEMBERED = 10_000


class Features:
    """Asks quota, at most once in `seconds` for each organisation."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[float, Known]] = {}
        self._noted: set[str] = set()
        self._changes = 0

    def of(self, organisation_id: str, call: Caller) -> list[Feature]:
        """The plan's features. Raises `service-unavailable`."""
        return self._ask(organisation_id, call).features

    def reseller_of(self, organisation_id: str, call: Caller) -> str | None:
        """The organisation that this one is a resellee of. Raises `service-unavailable`."""
        return self._ask(organisation_id, call).parent_org

    def note_parent(self, organisation_id: str, parent_id: str, call: Caller) -> None:
        """A token bears a parent: quota is told once by each process. Raises as above."""
        if organisation_id in self._noted:
            return
        call(NoteParent(organisation_id=organisation_id, parent_org=parent_id))
        self.forget(organisation_id)
        if len(self._noted) >= MAX_REMEMBERED:
            self._noted.clear()
        self._noted.add(organisation_id)

    def forget(self, organisation_id: str) -> None:
        """The organisation's plan changes."""
        self._changes += 1
        self._known.pop(organisation_id, None)

    def _ask(self, organisation_id: str, call: Caller) -> Known:
        until, known = self._known.get(organisation_id, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        changes = self._changes
        known = call(GetFeatures(organisation_id=organisation_id))
        if changes == self._changes:  # else a plan changed while quota answered
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[organisation_id] = (time.monotonic() + self._seconds, known)
        return known


class KnownFeatures(DependencyProvider):  # type: ignore[misc]
    """Injects the one memory of this process."""

    def setup(self) -> None:
        """Remember as long as the settings say."""
        self._features = Features(self.container.config["settings"].features_cache_seconds)

    def get_dependency(self, _worker_ctx: Any) -> Features:
        """The memory."""
        return self._features
