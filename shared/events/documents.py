"""The published form of the events: a JSON Schema each, and one AsyncAPI document.

`python -m shared.events.documents` writes `docs/events/`, and refuses a change that would break a
consumer of a published version: give the event a new `version` then.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.events.contract import REGISTRY, Event

FOLDER = Path(__file__).parents[2] / "docs" / "events"
PUBLISHERS = ("catalog", "ingest", "trainer", "quota", "transcriber")

Schema = dict[str, Any]


class Headers(BaseModel):
    """The headers of every message: CloudEvents 1.0 and the trace it belongs to."""

    model_config = ConfigDict(populate_by_name=True)

    specversion: str = Field(alias="ce-specversion")
    id: str = Field(alias="ce-id", description="unique; consumers know repeated messages by it")
    type: str = Field(alias="ce-type")
    source: str = Field(alias="ce-source")
    subject: str = Field(alias="ce-subject", description="the model's or job's id")
    time: str = Field(alias="ce-time")
    traceparent: str


def events() -> list[type[Event]]:
    """Every event of every publisher, in order of publisher and name."""
    for publisher in PUBLISHERS:
        importlib.import_module(f"shared.events.{publisher}")
    known = [event for event in REGISTRY.values() if event.publisher in PUBLISHERS]
    return sorted(known, key=lambda event: (PUBLISHERS.index(event.publisher), event.__name__))


def schema(event: type[Event]) -> Schema:
    """The JSON Schema of an event's body, with everything it refers to inside."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": event.ce_type(),
        **event.model_json_schema(mode="serialization"),
    }


def incompatibilities(published: Schema, current: Schema, path: str = "") -> list[str]:
    """What a consumer of `published` would miss in messages of `current`."""
    found = []
    old, new = published.get("properties", {}), current.get("properties", {})
    for name, shape in old.items():
        if name not in new:
            found.append(f"{path}{name} is gone")
        elif _shape(shape) != _shape(new[name]):
            found.append(f"{path}{name} has another form")
    found += [
        f"{path}{name} may be missing"
        for name in published.get("required", [])
        if name in new and name not in current.get("required", [])
    ]
    definitions = current.get("$defs", {})
    for name, part in published.get("$defs", {}).items():
        if name in definitions:
            found += incompatibilities(part, definitions[name], f"{path}{name}.")
        else:
            found.append(f"{path}{name} is gone")
    return found


def _shape(part: Schema) -> str:
    """A property without its words."""
    kept = {key: part[key] for key in sorted(part) if key not in {"title", "description"}}
    return json.dumps(kept, sort_keys=True)


def asyncapi() -> Schema:
    """The AsyncAPI 3.0 document: one channel a publisher, one message an event."""
    channels: Schema = {}
    messages: Schema = {}
    operations: Schema = {}
    for event in events():
        name, publisher = event.__name__, event.publisher
        messages[name] = {
            "name": event.ce_type(),
            "summary": (event.__doc__ or name).strip().splitlines()[0],
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/Headers"},
            "payload": {"$ref": f"./schemas/{file_name(event)}"},
        }
        channel = channels.setdefault(publisher, _channel(publisher))
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}
        operations[f"receive{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{publisher}"},
            "messages": [{"$ref": f"#/channels/{publisher}/messages/{name}"}],
            "bindings": {"amqp": {"deliveryMode": 2}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Argot events",
            "version": "1.0.0",
            "description": (
                "Delivery is at least once; order holds for one ce-subject within one publisher. "
                "Bind a queue of your own to an exchange; the routing key is the event's name."
            ),
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": {"Headers": Headers.model_json_schema(by_alias=True)},
        },
    }


def _channel(publisher: str) -> Schema:
    exchange = {"name": f"{publisher}.events", "type": "topic", "durable": True}
    return {
        "address": f"{publisher}.events",
        "messages": {},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    }


def file_name(event: type[Event]) -> str:
    """Where the event's schema is stored, under `docs/events/schemas`."""
    return f"{event.__name__}.v{event.version}.json"


def render(document: Schema) -> str:
    """The text of a stored document."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write() -> list[str]:
    """Store all documents; returns what would break consumers, and then stores nothing."""
    broken = []
    for event in events():
        stored = FOLDER / "schemas" / file_name(event)
        if stored.exists():
            faults = incompatibilities(json.loads(stored.read_text()), schema(event))
            broken += [f"{event.__name__}: {fault}" for fault in faults]
    if not broken:
        for event in events():
            (FOLDER / "schemas" / file_name(event)).write_text(render(schema(event)))
        (FOLDER / "asyncapi.json").write_text(render(asyncapi()))
    return broken


if __name__ == "__main__":
    sys.exit("\n".join(write()) or 0)
