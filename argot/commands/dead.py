"""`argot dead list|show|replay`."""

from typing import Annotated

import typer

from argot import dead
from argot.access import AmqpUrl, broker_url
from argot.bus import connected
from argot.errors import ExpectedError
from argot.terminal import out, say, table

MOST_LISTED = 500

app = typer.Typer(no_args_is_help=True, help="Messages that a service failed to handle.")

Service = Annotated[str, typer.Argument(help=f"One of: {', '.join(dead.SERVICES)}.")]


@app.command("list")
def list_messages(amqp_url: AmqpUrl = None) -> None:
    """Count the dead messages of each service and show one line for each."""
    with connected(broker_url(amqp_url)) as connection:
        for service in dead.SERVICES:
            waiting = dead.count(connection, service)
            if waiting is None:
                continue
            out.print(f"{service}: {waiting}", style="bold" if waiting else "dim")
            messages = dead.read(connection, service, min(waiting, MOST_LISTED))
            table(
                ["Id", "Event", "Attempts", "Error"],
                [[each.id, each.event, each.attempts, each.error] for each in messages],
            )
            if waiting > len(messages):
                say(f"… and {waiting - len(messages)} more.")


@app.command()
def show(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="As listed.")],
    amqp_url: AmqpUrl = None,
) -> None:
    """Print the headers and the body of one message."""
    _check(service)
    with connected(broker_url(amqp_url)) as connection:
        message = dead.find(connection, service, message_id)
    for key, value in sorted(message.headers.items()):
        print(f"{key}: {value}")
    print()
    print(message.body.decode(errors="replace"))


@app.command()
def replay(
    service: Service,
    message_id: Annotated[str | None, typer.Argument(help="As listed.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that wait now.")] = False,
    amqp_url: AmqpUrl = None,
) -> None:
    """Give messages back to the service, which tries them anew."""
    _check(service)
    if (message_id is None) is not every:
        raise ExpectedError("Name one message, or say --all.")
    with connected(broker_url(amqp_url)) as connection:
        moved = dead.replay(connection, service, message_id)
    say(f"{moved} replayed.")


def _check(service: str) -> None:
    if service not in dead.SERVICES:
        raise ExpectedError(
            f"There is no inbox of {service!r}; services: {', '.join(dead.SERVICES)}"
        )
