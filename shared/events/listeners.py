"""Who listens to what: a publisher declares the queues of its listeners before it publishes.

An event that no queue is bound to is gone, so a service that was never started yet must have its
queue all the same. A contract test holds this table against the services.
"""

from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.contract import Event
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded

LISTENERS: dict[str, tuple[type[Event], ...]] = {
    "catalog": (
        TrainingStarted,
        TrainingSucceeded,
        TrainingFailed,
        ClaimGranted,
        HostingLapsed,
        DatasetUploaded,
        DatasetRejected,
        DatasetDeleted,
    ),
    "ingest": (CustomModelDeleted, TrainRequested, TrainingSucceeded, TrainingFailed),
    "quota": (CustomModelDeleted, TrainingSucceeded, TrainingFailed),
    "trainer": (TrainRequested, CustomModelDeleted),
    "transcriber": (CustomModelDeleted,),
    "validator": (DatasetUploaded, DatasetRejected, DatasetDeleted, CustomModelDeleted),
}
