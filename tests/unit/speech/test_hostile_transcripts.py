"""Files made to cost: each gets its code, with memory and processor time limited by the kernel."""

import subprocess
import sys

import pytest

CPU_SECONDS = 20
MEMORY = 1024**3

# The child sets its own limits, makes the file and prints what became of it.
CHILD = f"""
import random, resource, sys
from shared.speech.manifest import parse_manifest
from shared.speech.source import TranscriptInvalid
from shared.speech.subtitles import parse_transcript
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
name, data = sys.argv[1], eval(sys.argv[2])
try:
    if name.endswith("jsonl"):
        print("rows", len(parse_manifest(data)))
    else:
        parsed = parse_transcript(name, data)
        print("cues", len(parsed.cues or ()), len(parsed.text))
except TranscriptInvalid as fault:
    print(fault.code)
"""
CUE = "b'00:01.000 --> 00:02.000\\nhello\\n\\n'"
ROW = """b'{"audio": "a.wav", "text": "hi"}\\n'"""


def outcome(name: str, made: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, name, made], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "made", "code"),
    [
        ("a.vtt", f"b'WEBVTT\\n\\n' + {CUE} * 3_300_000", "transcript-too-large"),
        ("a.txt", "b'word ' * 20_000_000", "transcript-too-large"),
        ("a.txt", "b'x' * 50_000_000", "transcript-too-large"),
        ("a.srt", f"{CUE} + b'x' * 15_000_000", "transcript-too-large"),
        ("a.vtt", "b'0:1-->0:2\\na\\n' * 1_000_000", "transcript-too-large"),
        ("a.vtt", "b'0:1-->0:2\\na\\n' * 201_000", "transcript-too-large"),
        ("a.srt", "b'\\n' * 5_000_000 + b'x'", "transcript-too-large"),
        ("a.txt", "('x' * 6_000_000).encode('utf-32')", "transcript-too-large"),
        ("a.vtt", "random.Random(1).randbytes(5_000_000)", "unreadable-transcript"),
        ("a.vtt", "b'\\x7fELF' + bytes(1_000_000)", "unreadable-transcript"),
        ("a.vtt", "bytes(range(1, 256)) * 10_000", "no-valid-cue"),
        ("a.srt", "b'\\xff' * 1_000_000", "no-valid-cue"),
        ("a.jsonl", f"{ROW} * 3_000_000", "transcript-too-large"),
        ("a.jsonl", f"{ROW} * 201_000", "transcript-too-large"),
        ("a.jsonl", """b'{"audio": "' + b'x' * 50_000_000""", "transcript-too-large"),
        ("a.jsonl", "random.Random(1).randbytes(5_000_000)", "unreadable-transcript"),
        ("a.jsonl", "b'[' * 1_000_000", "invalid-manifest"),
        ("a.jsonl", """b'{"a":' * 160_000""", "invalid-manifest"),
        ("a.jsonl", """b'{"a":[' * 8 + b'1'""", "invalid-manifest"),
        (
            "a.jsonl",
            """b'\\n'.join(b'{"audio": "%d.wav", "text": "a"}' % n for n in range(10_001))""",
            "transcript-too-large",
        ),
    ],
)
def test_it_is_refused_at_a_bounded_cost(name: str, made: str, code: str) -> None:
    assert outcome(name, made) == code


@pytest.mark.parametrize(
    ("name", "made", "expected"),
    [
        # The most that passes: 200,000 cues, 20 MB.
        ("a.srt", f"{CUE} * 200_000", "cues 200000 1199999"),
        ("a.vtt", "b'0:1 --> 0:2\\n' + (b'a' * 1_000_000 + b'\\n') * 20", "cues 1 20000019"),
        ("a.jsonl", f"{ROW} * 200_000", "rows 200000"),
        ("a.srt", "b'0:0 --> 99999:59:59\\n' + b'&lt;' * 200_000", "cues 1 200000"),
        ("a.srt", "b'0:1 --> 0:2\\na&#' + b'9' * 900_000 + b';b'", "cues 1 3"),
        ("a.srt", "b'0:1 --> 0:2\\na&#x' + b'f' * 900_000 + b';b'", "cues 1 3"),
    ],
)
def test_the_most_that_passes_has_a_bounded_cost(name: str, made: str, expected: str) -> None:
    assert outcome(name, made) == expected
