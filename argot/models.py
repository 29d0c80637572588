"""Custom models as a person names and sees them."""

from argot.client import Client
from argot.errors import ExpectedError
from shared.rpc.catalog import CustomModel

LABELS = {
    1: ("Not running", "grey62"),
    2: ("Provisioning resources", "orange1"),
    3: ("Running", "sky_blue1"),
    4: ("Success", "green"),
    5: ("Failed", "red"),
}
"""What each status is called, and its colour at the terminal."""


def find_model(client: Client, named: str) -> CustomModel:
    """The model with this id, key, or name that only one model has (in any case)."""
    models = client.models()
    for model in models:
        if named in {model.id, model.key}:
            return model
    matches = [model for model in models if model.name.casefold() == named.casefold()]
    if not matches:
        raise ExpectedError(f"There is no custom model {named!r}; see: argot models")
    if len(matches) > 1:
        keys = ", ".join(model.key for model in matches)
        raise ExpectedError(f"Several custom models are called {named!r}, use a key: {keys}")
    return matches[0]
