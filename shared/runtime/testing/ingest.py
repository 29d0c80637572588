"""A client of ingest's calls that sends real parts to storage, as a browser would."""

import httpx
from uuid6 import uuid7

from shared.rpc.ingest import (
    CompleteUpload,
    Dataset,
    ListDatasets,
    NamedFile,
    OpenedUpload,
    OpenUploads,
    SignParts,
)
from shared.rpc.uploads import PART_SIZE, SignedPart
from shared.runtime.testing.calls import TestCaller

PUT_SECONDS = 60.0


class Client:
    """One organisation's user, who uploads to one model."""

    def __init__(self, call: TestCaller, organisation_id: str = "acme") -> None:
        self.call = call
        self.organisation_id = organisation_id
        self.model_id = str(uuid7())

    def open(self, *files: tuple[str, int], chosen: str = "auto") -> list[OpenedUpload]:
        """Open a batch of (name, size)."""
        request = OpenUploads.model_validate(
            {
                "organisation_id": self.organisation_id,
                "model_id": self.model_id,
                "type": chosen,
                "files": [NamedFile(name=name, size=size) for name, size in files],
            }
        )
        return self.call(request).items

    def open_one(self, name: str, size: int) -> str:
        """The id of an upload of one file that is admitted."""
        (item,) = self.open((name, size))
        assert item.upload_id is not None, item
        return item.upload_id

    def sign(self, upload_id: str, *numbers: int) -> list[SignedPart]:
        """Signed URLs of these parts."""
        request = SignParts(
            organisation_id=self.organisation_id, upload_id=upload_id, part_numbers=list(numbers)
        )
        return self.call(request).items

    def send(self, upload_id: str, data: bytes) -> None:
        """PUT all parts, one after the other."""
        for start in range(0, len(data), PART_SIZE):
            (part,) = self.sign(upload_id, start // PART_SIZE + 1)
            put = httpx.put(part.url, content=data[start : start + part.size], timeout=PUT_SECONDS)
            put.raise_for_status()

    def complete(self, upload_id: str) -> Dataset:
        """The row that the upload became."""
        return self.call(CompleteUpload(organisation_id=self.organisation_id, upload_id=upload_id))

    def upload(self, name: str, data: bytes) -> Dataset:
        """Open, send and complete."""
        upload_id = self.open_one(name, len(data))
        self.send(upload_id, data)
        return self.complete(upload_id)

    def rows(self) -> dict[str, Dataset]:
        """The first page of the model's rows, by name."""
        request = ListDatasets(organisation_id=self.organisation_id, model_id=self.model_id)
        return {row.name: row for row in self.call(request).items}
