"""What the panel has to know before anybody is signed in."""

import re
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from services.gateway.authentication import Role
from services.gateway.routes.table import Answer, Ground, Group
from shared.runtime.tokens import ROLES, mint

panel = Group("/panel", "Panel", public=True)

SIGNED_IN_FOR = timedelta(hours=12)
LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?")
"""Another name may be a trap: a site that has its own lead here could read the tokens. Behind a
proxy there is no name at all, as there it is the proxy that is on this machine. A proxy that does
not say so, or a client elsewhere, may give this name all the same: storage's must be one, too,
which is of no use to browsers elsewhere."""


class LocalUser(BaseModel):
    """Somebody as whom anybody may sign in, with a token."""

    role: Role
    token: str


class LocalSignIn(BaseModel):
    """Whoever reaches this gateway may use it: for one machine."""

    kind: Literal["local"] = "local"
    users: list[LocalUser]


class OpenIdSignIn(BaseModel):
    """OpenID Connect, by an authorization code with PKCE.

    Where there is an `audience`, it is asked for as `audience` and as `resource` (RFC 8707).
    """

    kind: Literal["oidc"] = "oidc"
    authority: str
    client_id: str
    scope: str
    audience: str | None


class PanelSettings(BaseModel):
    """How to sign in, if that is possible here, and where a plan can be upgraded."""

    sign_in: LocalSignIn | OpenIdSignIn | None
    upgrade_url: str | None


@panel.route("GET", "/settings.json", answer=PanelSettings)
def panel_settings(ground: Ground) -> Answer:
    """Show how to sign in to the panel."""
    return Answer(PanelSettings(sign_in=_sign_in(ground), upgrade_url=ground.settings.upgrade_url))


def _sign_in(ground: Ground) -> LocalSignIn | OpenIdSignIn | None:
    settings = ground.settings
    if settings.oidc_authority and settings.oidc_client_id:
        return OpenIdSignIn(
            authority=settings.oidc_authority,
            client_id=settings.oidc_client_id,
            scope=settings.oidc_scope,
            audience=settings.oidc_audience,
        )
    organisation, secret = settings.local_organisation, settings.jwt_secret
    if organisation is None or secret is None or not _is_for_this_machine(ground):
        return None
    users = [
        LocalUser(
            role=role,
            token=mint(
                secret.get_secret_value(),
                org=organisation,
                user=role,
                roles=[role],
                lifetime=SIGNED_IN_FOR,
            ),
        )
        for role in ROLES
    ]
    return LocalSignIn(users=users)


def _is_for_this_machine(ground: Ground) -> bool:
    storage = urlsplit(ground.settings.storage_public_endpoint or "").netloc
    return all(map(LOOPBACK.fullmatch, (ground.host, storage)))
