"""What the services need to know of an `Idempotency-Key`."""

from hashlib import sha256

from services.gateway.routes.table import Body
from shared.rpc.contract import Idempotency


def idempotency(key: str | None, body: Body, *path: str) -> Idempotency | None:
    """The key with a digest of what it came with: the values of the path, and the body's meaning.

    A body that is written in another way, with other spaces say, is the same body.
    """
    if key is None:
        return None
    written = "\n".join((*path, body.model_dump_json()))
    return Idempotency(key=key, digest=sha256(written.encode()).hexdigest())
