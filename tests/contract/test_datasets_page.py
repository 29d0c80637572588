"""What the page for users says is what the code does."""

import json
import re
from pathlib import Path

from services.ingest.domain import MAX_FILES
from shared.rpc.uploads import MAX_FILE_SIZE
from shared.speech.filenames import ALLOWED_KINDS, EXTENSIONS, MAX_NAME_BYTES
from shared.speech.manifest import parse_manifest
from shared.speech.source import DEFAULT_LIMITS

PAGE = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text()


def test_the_table_of_formats() -> None:
    for kind, extensions in EXTENSIONS.items():
        row = re.search(rf"^\| {kind} \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
        assert row is not None
        assert tuple(re.findall(r"`(\w+)`", row[1])) == extensions
        taken = {chosen for chosen, kinds in ALLOWED_KINDS.items() if kind in kinds}
        assert set(re.findall(r"`(\w+)`", row[2])) == taken


def test_its_limits() -> None:
    limits = DEFAULT_LIMITS
    for promise in (
        f"1 byte to {MAX_FILE_SIZE // 1024**3} GiB",
        f"up to {MAX_FILES} files",
        f"over {MAX_NAME_BYTES} bytes of UTF-8",
        f"over {limits.bytes // 1024**2} MiB, {limits.lines:,} lines",
        f"{limits.line_chars:,} characters in a line, {limits.cues:,} cues",
        f"{limits.recordings:,} audio files in a manifest",
        f"nest {limits.nesting} deep",
    ):
        assert promise in PAGE


def test_its_manifest_is_one() -> None:
    (example,) = re.findall(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)
    rows = parse_manifest(example.encode())
    assert [row.audio for row in rows] == [
        "interview_03.wav",
        "interview_03.wav",
        "short.flac",
        "long.flac",
    ]
    assert [row.cue and (row.cue.start, row.cue.end) for row in rows] == [
        (0.4, 1.9),
        (2.1, 3.6),
        None,
        (12.5, 16.5),
    ]
    fields = {name for line in example.splitlines() for name in json.loads(line)}
    table = PAGE.partition("| field | |")[2]
    assert fields <= set(re.findall(r"`(\w+)`", table))
