"""`argot languages`."""

from collections import defaultdict

from argot.access import Token, Url, open_client
from argot.terminal import table
from shared.rpc.catalog import Language


def languages(url: Url = None, token: Token = None) -> None:
    """List what can be transcribed with, and what custom models can be based on."""
    uses: defaultdict[Language, list[str]] = defaultdict(list)
    with open_client(url, token) as client:
        for each in client.languages("transcription"):
            uses[each].append("transcription")
        for each in client.languages("training"):
            uses[each].append("training")
    found = sorted(uses, key=lambda each: (each.kind, each.name, each.key))
    rows = [[each.key, each.name, each.kind, ", ".join(uses[each])] for each in found]
    table(["Key", "Name", "Kind", "For"], rows)
