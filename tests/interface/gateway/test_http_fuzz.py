"""A slice of what `make bench NAME=fuzz` does at length: the OpenAPI document is true."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.runtime.testing.fuzz import Fuzzing

Bearer = Callable[..., dict[str, str]]

KNOWN = {
    "model_id": "trained",
    "dataset_id": "d1",
    "upload_id": "u1",
    "training_id": "t1",
    "transcription_id": "x1",
    "alignment_id": "y1",
    "organisation_id": "tried",
    "model": "fr-x",
}


def test_a_slice_of_all_operations(stack: Any, bearer: Bearer, tmp_path: Path) -> None:
    token = bearer(roles=["user", "admin", "sysop"])["Authorization"].removeprefix("Bearer ")
    fuzzing = Fuzzing(stack.url, token, known=KNOWN, uses_up={})
    report = fuzzing.run(tmp_path, examples=4, phases="coverage,fuzzing", seed=1)
    assert report.clean, report.text
    assert report.requests > 400
