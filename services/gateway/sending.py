"""Bytes on their way from a client's form into storage, on a signed URL: no key is held here."""

from functools import cache
from typing import IO
from urllib.parse import urlsplit

import httpx

from shared.errors import ArgotError
from shared.rpc.uploads import SignedPart

TIMEOUT = httpx.Timeout(60, connect=5)


def send(part: SignedPart, content: IO[bytes], endpoint: str | None) -> None:
    """PUT the content of one part.

    A URL is signed for storage as browsers see it. Where the gateway sees it at another
    `endpoint`, it connects there and names the signed host, which is all that the signature asks.
    Errors: `service-unavailable`, also for what storage refuses, without the URL in its text.
    """
    address, host = inside(part.url, endpoint)
    try:
        response = _client().put(address, content=content, headers={**part.headers, "Host": host})
    except httpx.HTTPError as error:
        raise _unavailable(type(error).__name__) from None
    if not response.is_success:
        raise _unavailable(str(response.status_code))


def inside(url: str, endpoint: str | None) -> tuple[str, str]:
    """The URL as it is reached at the endpoint, and the host that it is signed for."""
    signed = urlsplit(url)
    if endpoint is None:
        return url, signed.netloc
    reached = urlsplit(endpoint)
    return signed._replace(scheme=reached.scheme, netloc=reached.netloc).geturl(), signed.netloc


@cache
def _client() -> httpx.Client:
    """One for the process, since certificates take long to load.

    A connection is used once: storage might close it just when the next PUT begins.
    """
    return httpx.Client(
        timeout=TIMEOUT, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
    )


def _unavailable(reason: str) -> ArgotError:
    return ArgotError("service-unavailable", f"Storage did not take the audio ({reason})")
