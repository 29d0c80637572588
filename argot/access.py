"""Where the server is and who asks: options, the environment, or the local stack."""

from pathlib import Path
from typing import Annotated

import typer

from argot.client import Client
from argot.errors import ExpectedError
from argot.stack.daemon import Running, running
from argot.stack.settings import FOLDER

DEFAULT_URL = "http://127.0.0.1:8080"
CHECKOUT = Path(__file__).resolve().parent.parent

Url = Annotated[
    str | None,
    typer.Option(
        envvar="ARGOT_URL",
        help=f"The server; by default the local stack's, or {DEFAULT_URL}.",
        show_default=False,
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="ARGOT_TOKEN",
        help="Who you are; by default the administrator of the local stack.",
        show_default=False,
    ),
]
AmqpUrl = Annotated[
    str | None,
    typer.Option(
        envvar="ARGOT_AMQP_URL",
        help="The broker; by default the local stack's.",
        show_default=False,
    ),
]


def local_stack() -> Running | None:
    """The one of the current folder, or else of the checkout that this command belongs to."""
    return running(FOLDER) or running(CHECKOUT / FOLDER)


def open_client(url: str | None, token: str | None) -> Client:
    """A client of the given server, with the local stack's token only for the local stack."""
    stack = local_stack()
    url = url or (stack.address if stack else DEFAULT_URL)
    if not token and stack and url.rstrip("/") == stack.address:
        token = stack.tokens["admin"]
    if not token:
        raise ExpectedError("No token: set ARGOT_TOKEN, make one by: argot token, or run: make up")
    return Client(url, token)


def signing_secret(secret: str | None) -> str:
    """The given secret, or the local stack's."""
    if secret:
        return secret
    stack = local_stack()
    if stack is None:
        raise ExpectedError("No secret: set ARGOT_JWT_SECRET, or run: make up")
    return stack.jwt_secret


def broker_url(amqp_url: str | None) -> str:
    """The given broker's URL, or the local stack's."""
    if amqp_url:
        return amqp_url
    stack = local_stack()
    if stack is None:
        raise ExpectedError("No broker: set ARGOT_AMQP_URL, or run: make up")
    return stack.amqp_url
