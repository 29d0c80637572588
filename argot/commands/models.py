"""`argot models` and `argot create`."""

from typing import Annotated

import typer
from rich.text import Text

from argot.access import Token, Url, open_client
from argot.models import LABELS
from argot.terminal import table


def models(url: Url = None, token: Token = None) -> None:
    """List the custom models, newest change first."""
    with open_client(url, token) as client:
        found = client.models()
    rows: list[list[str | Text]] = []
    for model in found:
        label, colour = LABELS[model.status]
        status = Text(label, style=colour)
        changed = f"{model.last_modified:%Y-%m-%d %H:%M}"
        rows.append([model.key, model.name, status, model.language_name, changed])
    table(["Key", "Name", "Training status", "Base language", "Last modified (UTC)"], rows)


def create(
    name: Annotated[str, typer.Argument(help="What to call the model.")],
    language: Annotated[str, typer.Option(help="The base language, such as fr.")],
    url: Url = None,
    token: Token = None,
) -> None:
    """Create a custom model and print its id and key."""
    with open_client(url, token) as client:
        model = client.create_model(name, language)
    print(f"{model.id}\t{model.key}")
