"""Sends a recording to be transcribed, and waits for the transcript."""

import time
from collections.abc import Iterator
from pathlib import Path

from argot.client import Client
from argot.errors import ExpectedError
from argot.patience import through_outages
from argot.uploads.opening import unsent
from argot.uploads.sending import Sender
from shared.rpc.transcriber import Transcription

POLL_SECONDS = 0.5
ENDED = frozenset({"succeeded", "failed"})


def submit(client: Client, sender: Sender, path: Path, language: str) -> str:
    """Queue a recording for the base or custom model that `language` names; returns the id."""
    size = path.stat().st_size
    opened = client.open_transcription(language, path.name, size)
    for outcome in sender.send([unsent(path, opened.upload_id, size, opened.part_size)]):
        if outcome.kind != "uploaded":
            raise ExpectedError(f"{path.name} was not uploaded: {outcome.detail}")
    return opened.id


def follow(client: Client, transcription_id: str) -> Iterator[Transcription]:
    """The transcription as it is now, again every half second, last as it succeeded.

    Raises an `ExpectedError` where it failed.
    """
    while True:
        transcription = through_outages(lambda: client.transcription(transcription_id))
        if transcription.status == "failed":
            failure = transcription.failure
            reason = failure.message if failure else "no reason was given"
            raise ExpectedError(f"The transcription failed: {reason}")
        yield transcription
        if transcription.status in ENDED:
            return
        time.sleep(POLL_SECONDS)
