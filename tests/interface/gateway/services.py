"""The gateway with the real services behind it, and things of an organisation to ask for."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from uuid6 import uuid7

from shared.runtime.local.ports import Ports
from shared.runtime.testing.processes import ServiceProcess

from .conftest import SECRET, authorization

SERVICES = ("catalog", "quota", "ingest", "validator", "trainer", "transcriber")
UNLIMITED = {"limit": None, "unit_price": None}
PLAN = {
    "features": ["automatic_training"],
    "training": UNLIMITED,
    "hosting": UNLIMITED,
    "budget": None,
    "anchor": "2025-01-31",
    "timezone": "UTC",
}
READY_SECONDS = 60
ONLY_ACME = "pt"
"""A base language that is published to acme alone."""


class Services:
    """All services and ingest's worker, each with a SQLite database of its own; a context."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._ports = Ports()
        port = self._ports.take()
        self.url = f"http://127.0.0.1:{port}"
        common = {**environment, "ARGOT_JWT_SECRET": SECRET, "ARGOT_PORT": str(port)}
        modules = [f"services.{name}" for name in (*SERVICES, "gateway")]
        self._processes = [
            ServiceProcess(module, self._own(common, module, folder), folder)
            for module in (*modules, "services.ingest.worker")
        ]
        self._exit = ExitStack()

    def _own(self, common: dict[str, str], module: str, folder: Path) -> dict[str, str]:
        database = folder / f"{module.split('.')[1]}.db"
        work = folder / module
        work.mkdir()
        return common | {
            "ARGOT_DATABASE_URL": f"sqlite:///{database}",
            "ARGOT_WORK_DIR": str(work),
        }

    def __enter__(self) -> Self:
        with self._exit as leaving, ThreadPoolExecutor(len(self._processes)) as pool:
            leaving.callback(self._ports.close)
            for process in self._processes:
                leaving.callback(process.__exit__)
            list(pool.map(ServiceProcess.start, self._processes))
            self._exit = leaving.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def client(self, org: str, *roles: str, **claims: Any) -> httpx.Client:
        headers = authorization(org, roles, **claims)
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)


@dataclass(frozen=True)
class Things:
    """Ids of things of one organisation, as the paths name them."""

    organisation_id: str
    model_id: str
    dataset_id: str
    upload_id: str
    transcription_id: str
    alignment_id: str
    training_id: str
    language: str = "fr"
    model: str = ONLY_ACME

    def path(self, template: str) -> str:
        return template.format(**vars(self))


def grant(sysop: httpx.Client, org: str, **plan: Any) -> None:
    sysop.put(f"/admin/organisations/{org}/plan", json=PLAN | plan).raise_for_status()
    sysop.put(f"/admin/organisations/{org}/publications/fr").raise_for_status()


def new_model(http: httpx.Client) -> str:
    body = {"name": f"Model {uuid7()}", "language": "fr"}
    created: str = http.post("/custom-models", json=body).raise_for_status().json()["id"]
    return created


def new_upload(http: httpx.Client, model_id: str, name: str = "a.txt", size: int = 5) -> str:
    body = {"type": "auto", "files": [{"name": name, "size": size}]}
    opened = http.post(f"/custom-models/{model_id}/uploads", json=body).raise_for_status()
    upload_id: str = opened.json()["items"][0]["upload_id"]
    return upload_id


def new_dataset(http: httpx.Client, model_id: str) -> str:
    """A row that the worker has finished."""
    content = b"Bonjour."
    upload_id = new_upload(http, model_id, f"{uuid7()}.txt", len(content))
    parts = http.post(f"/uploads/{upload_id}/parts", json={"part_numbers": [1]}).raise_for_status()
    httpx.put(parts.json()["items"][0]["url"], content=content).raise_for_status()
    row: str = http.post(f"/uploads/{upload_id}/complete").raise_for_status().json()["id"]
    deadline = time.monotonic() + READY_SECONDS
    while http.get(f"/custom-models/{model_id}/datasets/{row}/download").status_code != 307:
        assert time.monotonic() < deadline, "the dataset does not get ready"
        time.sleep(0.05)
    return row


def new_transcription(http: httpx.Client) -> str:
    body = {"language": "fr", "name": "a.wav", "size": 5}
    opened: str = http.post("/transcriptions", json=body).raise_for_status().json()["id"]
    return opened


def new_alignment(http: httpx.Client) -> str:
    body = {"language": "fr", "audio": {"name": "a.wav", "size": 5}, "transcript": "Bonjour."}
    opened: str = http.post("/alignments", json=body).raise_for_status().json()["id"]
    return opened


def new_things(http: httpx.Client, org: str) -> Things:
    model_id = new_model(http)
    return Things(
        organisation_id=org,
        model_id=model_id,
        dataset_id=new_dataset(http, model_id),
        upload_id=new_upload(http, model_id),
        transcription_id=new_transcription(http),
        alignment_id=new_alignment(http),
        training_id=str(uuid7()),
    )
