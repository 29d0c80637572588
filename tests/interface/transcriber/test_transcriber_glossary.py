"""Glossaries: lists of an organisation, and real speech that is written by them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from argot.corpus import Prompt
from shared.errors import ArgotError
from shared.events.transcriber import TranscriptionQueued, TranscriptionSucceeded
from shared.rpc.transcriber import GetGlossary, GlossaryEntry, PutGlossary
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.testing.servers import ON_POSTGRESQL

from .conftest import Client


def entry(term: str, replacement: str, **other: Any) -> GlossaryEntry:
    return GlossaryEntry(term=term, replacement=replacement, **other)


def put(client: Client, *entries: GlossaryEntry) -> list[GlossaryEntry]:
    request = PutGlossary(organisation_id=client.organisation_id, items=list(entries))
    return client.call(request).items


def get(client: Client) -> list[GlossaryEntry]:
    return client.call(GetGlossary(organisation_id=client.organisation_id)).items


@pytest.fixture
def glossed(service: ServiceProcess, amqp_url: str) -> Iterator[Client]:
    """A user of another organisation than `client`."""
    with TestCaller(amqp_url) as call:
        yield Client(call, "glossed")


def test_the_list_is_replaced_as_a_whole_in_its_order(client: Client, glossed: Client) -> None:
    assert get(glossed) == []
    entries = [entry("z", "Z", case_sensitive=True), entry("a", "A", language="fr")]
    assert put(glossed, *entries) == entries == get(glossed)
    with pytest.raises(ArgotError) as refused:
        put(glossed, entry("a", "A"), entry("A", "B"))
    assert refused.value.errors[0]["field"] == "items.1.term"
    assert get(glossed) == entries
    assert get(client) == []
    assert put(glossed) == [] == get(glossed)


def test_of_writers_at_once_one_wins_whole(glossed: Client, amqp_url: str) -> None:
    lists = [[entry(f"{number} {place}", "X") for place in range(50)] for number in range(4)]

    def write(entries: list[GlossaryEntry]) -> None:
        with TestCaller(amqp_url) as call:
            put(Client(call, "racing"), *entries)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, lists))
    assert get(Client(glossed.call, "racing")) in lists


def transcript(client: Client, tap: Tap, clip: Prompt) -> tuple[str, dict[str, Any]]:
    """The id of the clip's transcription, and its result."""
    job = client.submit(clip.path.read_bytes(), clip.path.name)
    events = tap.wait_for(
        lambda events: any(
            each.subject == job and not isinstance(each, TranscriptionQueued) for each in events
        ),
        timeout=120,
    )
    assert isinstance([each for each in events if each.subject == job][-1], TranscriptionSucceeded)
    document: dict[str, Any] = json.loads(client.result(job).content)
    return job, document


@ON_POSTGRESQL
@pytest.mark.usefixtures("worker")
def test_terms_are_replaced_and_what_was_heard_is_kept(
    glossed: Client, tap: Tap, french: list[Prompt]
) -> None:
    clip = french[0]
    put(glossed)
    _, plain = transcript(glossed, tap, clip)
    assert not [
        each for each in (plain, *plain["segments"]) if each.keys() & {"edited_text", "edited"}
    ]
    term = max((word["word"].strip(" ,.") for word in plain["segments"][0]["words"]), key=len)
    put(glossed, entry(term.upper(), "Ziguezon"), entry(term, "English", language="en"))

    job, written = transcript(glossed, tap, clip)

    assert term in written["text"]
    assert written["edited_text"] == written["text"].replace(term, "Ziguezon")
    segment = written["segments"][0]
    (replacement,) = segment["edited"]["replacements"]
    assert replacement == {
        "offset": segment["text"].index(term),
        "length": len(term),
        "replacement": "Ziguezon",
    }
    assert "".join(word["word"] for word in segment["words"]).strip() == segment["text"]
    for form in ("txt", "srt", "vtt"):
        shown = glossed.result(job, form).content  # type: ignore[arg-type]
        raw = glossed.result(job, form, glossary=False).content  # type: ignore[arg-type]
        assert term in raw
        assert shown == raw.replace(term, "Ziguezon")
    assert json.loads(glossed.result(job, glossary=False).content) == written
