"""What the gateway is told by its environment."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.rpc.uploads import PART_SIZE
from shared.runtime.settings import RuntimeSettings

ClaimName = Literal["sub", "name", "org", "org_name", "parent_org", "roles"]


class Settings(RuntimeSettings):
    """Tokens are proven by a shared secret or by a key server, never by either of two."""

    model_config = SettingsConfigDict(
        env_prefix="ARGOT_", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = 8080
    jwt_secret: SecretStr | None = Field(default=None, description="HS256; best 32 bytes or more")
    jwks_url: str | None = Field(default=None, description="keys for RS256 and ES256")
    jwks_cache_seconds: float = Field(
        default=600, gt=0, description="how long a key that was removed there may still count"
    )
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_claims: dict[ClaimName, str] = Field(
        default={}, description="how the issuer calls a claim, where it cannot call it as we do"
    )
    body_limit: int = Field(
        default=1024**2, ge=1024, description="bytes of a request's body on most routes"
    )
    audio_body_limit: int = Field(
        default=25 * 1024**2, ge=1024, le=PART_SIZE, description="bytes of a form with audio"
    )
    audio_requests: int = Field(
        default=32,
        ge=1,
        description="forms with audio at once; half of max_workers at most, since they wait",
    )
    transcription_wait_seconds: float = Field(
        default=300, ge=0, description="for the transcript of a form's audio"
    )
    storage_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/]+/?$",
        description="storage as the gateway sees it, where signed URLs name another host",
    )
    storage_public_endpoint: str | None = Field(
        default=None, description="storage as browsers see it: the panel's pages may reach it"
    )
    panel_dir: Path | None = Field(default=None, description="the panel's built files")
    oidc_authority: str | None = Field(default=None, description="signs the panel's users in")
    oidc_client_id: str | None = None
    oidc_scope: str = "openid profile"
    oidc_audience: str | None = Field(
        default=None, description="what tokens are for, where the provider has to be asked for that"
    )
    local_organisation: str | None = Field(
        default=None,
        description="anybody at http://localhost may sign in to the panel for it, in any role",
    )
    upgrade_url: str | None = Field(default=None, description="where a plan can be upgraded")
    features_cache_seconds: float = Field(default=5.0, ge=0)
    rate_limit: float = Field(
        default=2000, ge=0, description="requests a second of an organisation; 0: unlimited"
    )
    rate_burst: int = Field(default=4000, ge=1, description="requests at once")
    failed_rate_limit: float = Field(
        default=100, ge=0, description="requests a second of an address without a good token"
    )
    failed_rate_burst: int = Field(default=1000, ge=1)
    max_workers: int = Field(default=100, ge=1, description="requests that wait for services")

    @model_validator(mode="after")
    def _one_way_to_prove_a_token(self) -> Self:
        if (self.jwt_secret is None) == (self.jwks_url is None):
            raise ValueError("set ARGOT_JWT_SECRET or ARGOT_JWKS_URL, one of them")
        if self.jwks_url and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError("ARGOT_JWKS_URL needs ARGOT_JWT_ISSUER and ARGOT_JWT_AUDIENCE")
        return self

    @model_validator(mode="after")
    def _the_panel_signs_in_one_way(self) -> Self:
        if (self.oidc_authority is None) != (self.oidc_client_id is None):
            raise ValueError("set both of ARGOT_OIDC_AUTHORITY and ARGOT_OIDC_CLIENT_ID")
        if self.oidc_authority is not None and self.local_organisation is not None:
            raise ValueError("set ARGOT_OIDC_AUTHORITY or ARGOT_LOCAL_ORGANISATION, not both")
        if self.local_organisation is not None and self.jwt_secret is None:
            raise ValueError("ARGOT_LOCAL_ORGANISATION needs ARGOT_JWT_SECRET")
        if self.panel_dir is not None and self.storage_public_endpoint is None:
            raise ValueError("ARGOT_PANEL_DIR needs ARGOT_STORAGE_PUBLIC_ENDPOINT")
        return self
