"""`argot events`."""

import json
from typing import Annotated

import typer

from argot.access import AmqpUrl, broker_url
from argot.bus import CloudEvent, Tap, connected
from argot.terminal import say

DETAIL_LENGTH = 160
SHOWN_BEFORE = frozenset({"organisation_id", "model_id", "transcription_id", "alignment_id"})


def events(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Whole CloudEvents, one JSON object a line.")
    ] = False,
    amqp_url: AmqpUrl = None,
) -> None:
    """Print the events as they pass on the broker, until Ctrl-C."""
    with connected(broker_url(amqp_url)) as connection:
        tap = Tap(connection)
        say("Listening.")
        for event in tap.events():
            print(event.as_json() if as_json else _line(event), flush=True)


def _line(event: CloudEvent) -> str:
    time = event.attributes.get("time", "")[11:23]
    subject = event.attributes.get("subject", "")
    rest = {key: value for key, value in event.data.items() if key not in SHOWN_BEFORE}
    detail = json.dumps(rest, ensure_ascii=False)
    if len(detail) > DETAIL_LENGTH:
        detail = detail[: DETAIL_LENGTH - 1] + "…"
    return f"{time}  {event.name:<24} {subject}  {detail}"
