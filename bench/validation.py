"""The verdict on models of 1,000 and 10,000 files, through the running gateway.

One `POST …/validation`: token, feature gate, model, ingest's state, and the validator's verdict
on the whole model: nine tenths of the files are pairs of audio and transcript, some audio is named
by a manifest, the rest has no text. The validator is fed by real `DatasetUploaded` events on the
bus; what ingest would have written beside them, its rows, is put straight into its database.

`seconds_1000`, `seconds_10000`: medians of alternating requests. `growth`: one over the other.
`train_seconds_10000`: one `POST …/train`, until `TrainRequested` with all pairs is on the bus.
"""

import tempfile
import time
from pathlib import Path

import httpx
from sqlalchemy import func, select
from uuid6 import uuid7

from argot.stack import ARGOT, Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from bench.report import finish, median
from services.ingest.models import tables as ingest
from services.validator.models import FileRow
from shared.events.catalog import TrainRequested
from shared.events.contract import Event
from shared.events.data import AudioLevels, TextFacts
from shared.events.ingest import DatasetUploaded
from shared.runtime.database import Database
from shared.runtime.testing.events import Tap, publish_all

SIZES = (1000, 10_000)
ROUNDS = 9
SECONDS = 6.5
CATCH_UP_SECONDS = 600
NEEDED = {"catalog", "quota", "ingest", "validator", "gateway"}


class Data:
    """The files of one model: `pairs` with a transcript, `named` by a manifest, `alone`."""

    def __init__(self, model_id: str, size: int) -> None:
        self.model_id = model_id
        self.pairs = size * 9 // 20
        self.named = size // 20
        self.alone = size - 2 * self.pairs - self.named - 1
        self.events: list[DatasetUploaded] = []
        for number in range(self.pairs + self.named + self.alone):
            self._add(f"recording-{number:05}.wav")
        for number in range(self.pairs):
            self._add(f"Recording-{number:05}.vtt")
        last = self.pairs + self.named
        self._add("all.jsonl", [f"recording-{at:05}.wav" for at in range(self.pairs, last)])

    def _add(self, name: str, named: list[str] | None = None) -> None:
        number = len(self.events) + 1
        audio = name.endswith("wav")
        count = 1 if named is None else len(named)
        text = TextFacts(
            characters=90 * count,
            words=18 * count,
            spoken_seconds=6.0 * count,
            longest_label=95,
            language="fr",
        )
        self.events.append(
            DatasetUploaded(
                organisation_id=DEMO,
                model_id=self.model_id,
                dataset_id=str(uuid7()),
                name=name,
                revision=number,
                type="AUDIO" if audio else "TRANSCRIPT" if named is None else "MANIFEST",
                storage_key=f"datasets/{DEMO}/{self.model_id}/{number:032}",
                size=100_000 + number,
                sha256=f"{number:064x}",
                duration=SECONDS if audio else None,
                start_time=0.0,
                end_time=SECONDS,
                cues=None if audio else 2 * count,
                levels=AudioLevels(peak=0.7, silence=0.1, clipping=0.0) if audio else None,
                text=None if audio else text,
                named=named,
            )
        )

    def write_rows(self, database: Path) -> None:
        """What ingest has in its tables once these files are ready."""
        rows = Database(f"sqlite:///{database}")
        with rows.transaction() as session:
            session.add(
                ingest.Model(
                    organisation_id=DEMO, model_id=self.model_id, revision=len(self.events)
                )
            )
            session.add_all(
                ingest.Dataset(
                    id=event.dataset_id,
                    organisation_id=DEMO,
                    model_id=self.model_id,
                    name=event.name,
                    uploaded_name=event.name,
                    type=event.type,
                    status="ready",
                    storage_key=event.storage_key,
                    size=event.size,
                    sha256=event.sha256,
                    duration=event.duration,
                )
                for event in self.events
            )
        rows.close()

    def check(self, verdict: dict[str, object]) -> None:
        """The answer is the one that these files deserve."""
        assert verdict["valid"], verdict["errors"]
        assert verdict["matched_pairs"] == self.pairs + self.named
        assert len(verdict["unmatched_audio"]) == self.alone  # type: ignore[arg-type]
        assert verdict["warnings"] == []


def make_model(client: httpx.Client, size: int, stack: Stack, folder: Path) -> Data:
    """A model with so many files that the validator knows all of."""
    answer = client.post(
        "/custom-models", json={"name": f"Bench {size}", "language": "fr"}
    ).raise_for_status()
    data = Data(answer.json()["id"], size)
    data.write_rows(folder / "ingest.db")
    started = time.perf_counter()
    publish_all(stack.amqp_url, data.events)
    projection = Database(f"sqlite:///{folder / 'validator.db'}")
    query = select(func.count()).where(FileRow.model_id == data.model_id)
    known = 0
    while known < size:
        if time.perf_counter() > started + CATCH_UP_SECONDS:
            raise TimeoutError(f"{known} of {size} events are handled")
        time.sleep(0.2)
        with projection.reading() as session:
            known = session.scalar(query) or 0
    projection.close()
    print(f"{size} files known after {time.perf_counter() - started:.1f} s", flush=True)
    return data


def validate(client: httpx.Client, data: Data) -> float:
    """Seconds of one verdict."""
    started = time.perf_counter()
    answer = client.post(f"/custom-models/{data.model_id}/validation")
    seconds = time.perf_counter() - started
    data.check(answer.raise_for_status().json())
    return seconds


def train(client: httpx.Client, data: Data, amqp_url: str) -> float:
    """Seconds from the request to the event with all pairs."""

    def requested(events: list[Event]) -> bool:
        return any(isinstance(event, TrainRequested) for event in events)

    with Tap(amqp_url, "catalog") as tap:
        started = time.perf_counter()
        answer = client.post(f"/custom-models/{data.model_id}/train", json={"skip_unmatched": True})
        answer.raise_for_status()
        (event,) = filter(lambda each: isinstance(each, TrainRequested), tap.wait_for(requested))
        seconds = time.perf_counter() - started
    assert isinstance(event, TrainRequested)
    assert len(event.pairs) == data.pairs + data.named
    return seconds


def main() -> None:
    """Both sizes in turn."""
    specs = [spec for spec in ARGOT if spec.name in NEEDED]
    settings = StackSettings(port=None, local_database="sqlite")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "data")
        with Stack(folder, specs=specs, settings=settings) as stack:
            grant(stack.address, stack.token(org=DEMO, user="s", roles=["sysop"]))
            token = stack.token(org=DEMO, user="ann", roles=["user"])
            with httpx.Client(
                base_url=f"{stack.address}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            ) as client:
                models = [make_model(client, size, stack, folder) for size in SIZES]
                times: list[list[float]] = [[], []]
                for _ in range(ROUNDS):
                    for data, each in zip(models, times, strict=True):
                        each.append(validate(client, data))
                train_seconds = train(client, models[-1], stack.amqp_url)
    small, large = map(median, times)
    finish(
        seconds_1000=small,
        seconds_10000=large,
        growth=large / small,
        train_seconds_10000=train_seconds,
    )


if __name__ == "__main__":
    main()
