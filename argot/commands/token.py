"""`argot token`: a token for a gateway that checks them with a shared secret."""

from datetime import timedelta
from typing import Annotated

import typer

from argot.access import signing_secret
from argot.errors import ExpectedError
from shared.runtime.tokens import ROLES, mint


def token(
    *,
    org: Annotated[str, typer.Option(help="The organisation's id.")],
    user: Annotated[str, typer.Option(help="The user's id.")],
    secret: Annotated[
        str | None,
        typer.Option(
            envvar="ARGOT_JWT_SECRET",
            help="The gateway's secret; by default the local stack's.",
            show_default=False,
        ),
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="Of user, admin, sysop; repeat.")] = None,
    name: Annotated[str | None, typer.Option(help="The user's name; else the id.")] = None,
    parent_org: Annotated[
        str | None, typer.Option(help="The organisation's reseller, for a resellee.")
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0.01, max=87_600, help="How long it is good for.")
    ] = 12.0,
) -> None:
    """Print a token for the gateway of a local or development stack."""
    if not (org and user):
        raise ExpectedError("Organisation and user need an id.")
    roles = role or ["user"]
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise ExpectedError(f"There is no role {unknown[0]!r}; roles are: {', '.join(ROLES)}")
    lifetime = timedelta(hours=hours)
    key = signing_secret(secret)
    print(
        mint(
            key,
            org=org,
            user=user,
            roles=roles,
            name=name,
            parent_org=parent_org,
            lifetime=lifetime,
        )
    )
