"""The panel speaks of what the gateway does: its types, its error codes, its own checks."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from services.gateway import openapi
from services.gateway.routes import TABLE
from shared.errors import ERRORS

PANEL = Path(__file__).parents[2] / "panel"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_error_code_has_words(language: str) -> None:
    texts = json.loads((PANEL / f"src/text/{language}.json").read_text(encoding="utf-8"))
    assert not ERRORS.keys() - texts["errors"].keys()


def test_its_types_are_made_of_todays_document() -> None:
    kept = json.loads((PANEL / "openapi.json").read_text(encoding="utf-8"))
    made = json.loads(json.dumps(openapi.build(TABLE)))
    remedy = "python -m services.gateway.openapi_file > panel/openapi.json; npm run types"
    assert kept == made, remedy


def test_packages_come_from_the_public_registry() -> None:
    lock = json.loads((PANEL / "package-lock.json").read_text(encoding="utf-8"))
    named = [each["resolved"] for each in lock["packages"].values() if "resolved" in each]
    assert all(url.startswith("https://registry.npmjs.org/") for url in named)


@pytest.mark.skipif(
    shutil.which("npm") is None or not (PANEL / "node_modules").is_dir(),
    reason="the panel needs Node to be checked",
)
def test_types_style_and_texts_are_in_order() -> None:
    """Types are fresh, TypeScript and Biome find nothing, and the unit tests pass."""
    done = subprocess.run(
        ["npm", "run", "check"], cwd=PANEL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
