"""Watchers of uploads."""


class Quiet:
    """A watcher of uploads that says nothing."""

    def begins(self, *_: object) -> None: ...

    def sends(self, *_: object) -> None: ...

    def ends(self, *_: object) -> None: ...
