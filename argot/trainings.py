"""Follows a training to its end."""

import time
from collections.abc import Iterator

from argot.client import Client
from argot.patience import through_outages
from shared.rpc.trainer import Training

POLL_SECONDS = 2.0
ENDED = frozenset({"success", "failed"})


def follow(client: Client, model_id: str, training_id: str) -> Iterator[Training]:
    """The training as it is now, again every two seconds, last as it ended."""
    while True:
        training = through_outages(lambda: client.training(model_id, training_id))
        yield training
        if training.status_name in ENDED:
            return
        time.sleep(POLL_SECONDS)
