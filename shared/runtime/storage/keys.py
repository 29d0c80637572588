"""Names of objects: random, and never the user's."""

import secrets
from urllib.parse import quote


def new_key(*folders: str) -> str:
    """An unguessable key in a folder; each stays one level, whatever it is named."""
    levels = [quote(folder, safe="").replace(".", "%2E") for folder in folders]
    return "/".join([*levels, secrets.token_hex(16)])
