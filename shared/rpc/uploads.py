"""Uploads in signed parts: the words that ingest and the transcriber share.

Bytes go from the client straight into storage: open, sign parts, PUT them, complete.
"""

from typing import Literal

from shared.rpc.contract import Reply, Time

PART_SIZE = 52_428_800
MAX_FILE_SIZE = 10 * 1024**3


class SignedPart(Reply):
    """Where and how to send one part; storage refuses a body of another length than `size`."""

    part_number: int
    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    size: int
    expires_at: Time


class SignedParts(Reply):
    """The signed parts, in the order asked for."""

    items: list[SignedPart]


class ReceivedPart(Reply):
    """A part that storage has."""

    part_number: int
    size: int


class UploadState(Reply):
    """What a client needs to resume."""

    status: Literal["open", "completed", "aborted"]
    size: int
    part_size: int
    received: list[ReceivedPart]
    dataset_id: str | None
