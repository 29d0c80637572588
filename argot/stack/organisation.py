"""The demo organisation: a plan without limits and four published languages."""

from datetime import UTC, datetime

import httpx

DEMO = "demo"
LANGUAGES = ("fr", "en", "fr-CA", "en-US")


def grant(address: str, sysop_token: str, org: str = DEMO) -> None:
    """Give the organisation its plan and publications; repeating it changes nothing."""
    unlimited = {"limit": None, "unit_price": None}
    plan = {
        "features": ["automatic_training"],
        "training": unlimited,
        "hosting": unlimited,
        "budget": None,
        "anchor": datetime.now(UTC).date().replace(day=1).isoformat(),
        "timezone": "UTC",
    }
    with httpx.Client(
        base_url=f"{address}/api/v1/admin/organisations/{org}",
        headers={"Authorization": f"Bearer {sysop_token}"},
        timeout=30,
    ) as client:
        client.put("/plan", json=plan).raise_for_status()
        for language in LANGUAGES:
            client.put(f"/publications/{language}").raise_for_status()
