"""The panel's built files, kept in memory: they are a few, and change with a release only."""

import gzip
import mimetypes
from collections.abc import Iterator
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from services.gateway.settings import Settings
from services.gateway.web.request import HttpRequest
from services.gateway.web.response import Headers, Response

INDEX = "/index.html"
HASHED = "/assets/"
"""What the build puts there bears a digest of its content in its name."""

FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
RESERVED = ("/api/", "/v1/", "/panel/", HASHED)
"""No page is there: what is not found is an error."""

COMPRESSIBLE = frozenset({"text", "application", "image/svg+xml"})
SMALL = 1024


class Page(NamedTuple):
    """A file as it is sent; `packed` by gzip, where that makes it smaller."""

    headers: Headers
    cache: str
    tag: str
    plain: bytes
    packed: bytes | None


class Pages:
    """Answers GETs that no route knows: with a file, or with the panel, which routes by itself."""

    def __init__(self, folder: Path, policy: str) -> None:
        guards = (
            ("Content-Security-Policy", policy),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),
            ("Vary", "Accept-Encoding"),
        )
        self._pages = {path: _page(path, file, guards) for path, file in _files(folder)}
        self._index = self._pages[INDEX]

    def answer(self, request: HttpRequest) -> Response | None:
        """None where the path is no page's, or the method does not read."""
        if request.method not in {"GET", "HEAD"}:
            return None
        page = self._pages.get(request.path)
        if page is None:
            if request.path.startswith(RESERVED) or "text/html" not in request.header("Accept"):
                return None
            page = self._index
        return _respond(page, request)


def policy(settings: Settings) -> str:
    """What the panel's pages may load and reach: nothing but this site, storage and sign-in."""
    storage = _origin(settings.storage_public_endpoint)
    issuer = _origin(settings.oidc_authority)
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' blob: data:",
        "media-src": f"'self' blob: {storage}",
        "connect-src": f"'self' {storage} {issuer}",
        "frame-src": f"'self' {issuer}",  # where a sign-in is renewed out of sight
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value.strip()}" for name, value in sources.items())


def _origin(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield f"/{PurePosixPath(file.relative_to(folder))}", file


def _page(path: str, file: Path, guards: Headers) -> Page:
    plain = file.read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    text = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    packed = gzip.compress(plain, mtime=0) if _is_compressible(kind, plain) else None
    return Page(
        headers=(("Content-Type", text), *guards),
        cache=FOREVER if path.startswith(HASHED) else REVALIDATE,
        tag=blake2b(plain, digest_size=16).hexdigest(),
        plain=plain,
        packed=packed,
    )


def _is_compressible(kind: str, plain: bytes) -> bool:
    return len(plain) >= SMALL and not COMPRESSIBLE.isdisjoint({kind, kind.partition("/")[0]})


def _respond(page: Page, request: HttpRequest) -> Response:
    accepts_gzip = "gzip" in request.header("Accept-Encoding")
    body, coding = page.plain, ""
    headers = page.headers
    if page.packed is not None and accepts_gzip:
        body, coding = page.packed, "-gzip"
        headers = (*headers, ("Content-Encoding", "gzip"))
    tag = f'"{page.tag}{coding}"'
    headers = (*headers, ("ETag", tag))
    if tag in request.header("If-None-Match"):
        return Response(HTTPStatus.NOT_MODIFIED, headers, b"", page.cache)
    return Response(HTTPStatus.OK, headers, body, page.cache)
