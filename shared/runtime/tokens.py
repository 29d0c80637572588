"""Tokens for a gateway that checks them with a shared secret."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt

ROLES: tuple[Literal["user", "admin", "sysop"], ...] = ("user", "admin", "sysop")


def mint(
    secret: str,
    *,
    org: str,
    user: str,
    roles: Sequence[str],
    name: str | None = None,
    org_name: str | None = None,
    parent_org: str | None = None,
    lifetime: timedelta = timedelta(hours=12),
) -> str:
    """A JWT (HS256) as the gateway accepts it; names default to the ids."""
    claims: dict[str, Any] = {
        "sub": user,
        "name": name or user,
        "org": org,
        "org_name": org_name or org,
        "roles": list(roles),
        "exp": datetime.now(UTC) + lifetime,
    }
    if parent_org is not None:
        claims["parent_org"] = parent_org
    return jwt.encode(claims, secret, algorithm="HS256")
