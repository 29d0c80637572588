"""Secrets that a data folder keeps, so that a server finds its own data again after a restart."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path, length: int = 20) -> str:
    """The secret in this file, made at first use: `length` random bytes in hex, mode 0600.

    Two processes that race for the first use get the same secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(length))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
