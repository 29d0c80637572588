"""The table of listeners is what the services really listen to."""

import ast
from pathlib import Path

import pytest

from shared.events.listeners import LISTENERS

SERVICES = Path(__file__).parents[2] / "services"


def _listened(service: str) -> set[str]:
    """Events of `@listens(Event)` in service.py, and keys of `handlers={Event: …}` in worker.py."""
    found: set[str] = set()
    for name in ("service.py", "worker.py"):
        path = SERVICES / service / name
        for node in ast.walk(ast.parse(path.read_text())) if path.exists() else ():
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "listens":
                found |= {each.id for each in node.args if isinstance(each, ast.Name)}
            for keyword in node.keywords:
                if keyword.arg == "handlers" and isinstance(keyword.value, ast.Dict):
                    found |= {key.id for key in keyword.value.keys if isinstance(key, ast.Name)}
    return found


@pytest.mark.parametrize(
    "service", sorted(path.parent.name for path in SERVICES.glob("*/service.py"))
)
def test_a_service_listens_to_what_the_table_says(service: str) -> None:
    assert _listened(service) == {event.__name__ for event in LISTENERS.get(service, ())}
