"""Events of the catalog: the life of a custom model."""

from typing import ClassVar

from shared.events.contract import Event
from shared.events.data import Pair, StoredFile


class CatalogEvent(Event):
    """About one custom model."""

    model_id: str


class CustomModelCreated(CatalogEvent):
    """A custom model exists; it has no data yet."""

    publisher: ClassVar[str] = "catalog"
    key: str
    name: str
    language: str


class CustomModelRenamed(CatalogEvent):
    """The model bears another name; its key stays."""

    publisher: ClassVar[str] = "catalog"
    name: str


class CustomModelDeleted(CatalogEvent):
    """Model and dataset files are gone for users; a training in progress is to be stopped."""

    publisher: ClassVar[str] = "catalog"


class TrainRequested(CatalogEvent):
    """A training is claimed and may start on exactly these pairs."""

    publisher: ClassVar[str] = "catalog"
    training_id: str
    language: str
    base_model: str
    pairs: list[Pair]


class CustomModelEnabled(CatalogEvent):
    """The model may be transcribed with under `key`."""

    publisher: ClassVar[str] = "catalog"
    training_id: str
    key: str
    name: str
    language: str
    artifact: StoredFile


class CustomModelDisabled(CatalogEvent):
    """The model may not be transcribed with until it is enabled again."""

    publisher: ClassVar[str] = "catalog"
    reason: str
