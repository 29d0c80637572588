"""schemathesis over the gateway with the real services behind it: what OpenAPI says is true.

All operations and all checks: no 5xx, no undocumented status, header or schema, no request that is
refused against the document. First with things that are there, then with ids that are made up, and
with those that earlier answers gave.

`requests`: what the gateway answered. `failures`: runs that found something; they show what.
"""

import sys
import tempfile
import time
from pathlib import Path

import httpx

from argot.stack import ARGOT, Stack
from argot.stack.organisation import grant
from argot.stack.settings import StackSettings
from bench.report import finish
from shared.runtime.testing.fuzz import Fuzzing

ORGANISATION = "fuzz"
MANY, FEW = 150, 30
ENOUGH = 5000
SEED = 3
DOOMED = 40
API = "/api/v1"
MODEL = f"{API}/custom-models/{{model_id}}"


class Things:
    """Makes what the paths name."""

    def __init__(self, address: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=f"{address}{API}", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        self._made = 0

    def _post(self, path: str, body: object = None) -> httpx.Response:
        return self._http.post(path, json=body).raise_for_status()

    def _name(self) -> str:
        self._made += 1
        return f"thing-{self._made}"

    def model(self) -> str:
        """The id of a model without data."""
        return str(
            self._post("/custom-models", {"name": self._name(), "language": "fr"}).json()["id"]
        )

    def upload(self, model_id: str, size: int = 5) -> str:
        """The id of an open upload."""
        files = [{"name": f"{self._name()}.txt", "size": size}]
        opened = self._post(f"/custom-models/{model_id}/uploads", {"type": "auto", "files": files})
        return str(opened.json()["items"][0]["upload_id"])

    def dataset(self, model_id: str) -> str:
        """The id of a row, which the worker takes up."""
        upload_id = self.upload(model_id)
        signed = self._post(f"/uploads/{upload_id}/parts", {"part_numbers": [1]}).json()
        httpx.put(signed["items"][0]["url"], content=b"Hello").raise_for_status()
        return str(self._post(f"/uploads/{upload_id}/complete").json()["id"])

    def transcription(self) -> str:
        """The id of one that waits for its audio."""
        body = {"language": "fr", "name": "a.wav", "size": 5}
        return str(self._post("/transcriptions", body).json()["id"])

    def alignment(self) -> str:
        """The id of one that waits for its audio."""
        audio = {"name": "a.wav", "size": 5}
        body = {"language": "fr", "audio": audio, "transcript": "Hello"}
        return str(self._post("/alignments", body).json()["id"])


def fuzzing(address: str, token: str) -> Fuzzing:
    """With things that are there, and others for the routes that remove them."""
    things = Things(address, token)
    model_id = things.model()
    return Fuzzing(
        url=address,
        token=token,
        known={
            "model_id": model_id,
            "dataset_id": things.dataset(model_id),
            "upload_id": things.upload(model_id),
            "transcription_id": things.transcription(),
            "alignment_id": things.alignment(),
            "organisation_id": "tried",
            "model": "fr",
        },
        uses_up={
            f"DELETE {MODEL}": ("model_id", [things.model() for _ in range(DOOMED)]),
            f"DELETE {MODEL}/datasets/{{dataset_id}}": (
                "dataset_id",
                [things.dataset(model_id) for _ in range(DOOMED)],
            ),
            f"DELETE {API}/uploads/{{upload_id}}": (
                "upload_id",
                [things.upload(model_id) for _ in range(DOOMED)],
            ),
        },
    )


def main() -> None:
    """Fails where anything was found, or too little asked."""
    specs = [spec for spec in ARGOT if spec.name not in {"trainer-worker", "transcriber-worker"}]
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name) / "data", specs=specs, settings=StackSettings(port=None)) as stack,
    ):
        sysop = stack.token(org=ORGANISATION, user="ann", roles=["user", "admin", "sysop"])
        grant(stack.address, sysop, ORGANISATION)
        begun = time.monotonic()
        there = fuzzing(stack.address, sysop)
        nowhere = Fuzzing(stack.address, sysop, known={}, uses_up={})
        reports = [
            there.run(Path(name), examples=MANY, phases="coverage,fuzzing", seed=SEED),
            nowhere.run(Path(name), examples=FEW, phases="coverage,fuzzing,stateful", seed=SEED),
        ]
        seconds = time.monotonic() - begun
    for report in reports:
        print(report.text)
    requests = sum(report.requests for report in reports)
    failures = sum(not report.clean for report in reports)
    finish(requests=requests, failures=failures, seconds=seconds)
    if failures or requests < ENOUGH:
        sys.exit(1)


if __name__ == "__main__":
    main()
