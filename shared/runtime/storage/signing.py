"""Signed URLs: who holds one may do this one thing for a while."""

# ruff: noqa: SLF001 (minio signs no header but the host in public)

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, urlunsplit

from minio import Minio, signer, time
from minio.helpers import queryencode

_SLASHES = re.compile(r"[/\\]")


def presign(
    client: Minio,
    method: str,
    bucket: str,
    key: str,
    *,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    seconds: int,
) -> str:
    """A URL for `method`, valid for `seconds`, that storage takes with exactly these headers."""
    region = client._get_region(bucket)
    assert client._provider is not None
    credentials = client._provider.retrieve()
    date = time.utcnow()
    scope = signer._get_scope(date, region, "s3")
    signed = {
        "X-Amz-Algorithm": signer.SIGN_V4_ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope}",
        "X-Amz-Date": time.to_amz_date(date),
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": ";".join(sorted(["host", *headers])),
    }
    bare = client._base_url.build(method=method, region=region, bucket_name=bucket, object_name=key)
    encoded = "&".join(f"{name}={queryencode(text)}" for name, text in {**query, **signed}.items())
    url = SplitResult(bare.scheme, bare.netloc, bare.path, encoded, "")
    request, _ = signer._get_canonical_request_hash(
        method, url, {"host": url.netloc, **headers}, "UNSIGNED-PAYLOAD"
    )
    signature = signer._get_signature(
        signer._get_signing_key(credentials.secret_key, date, region, "s3"),
        signer._get_string_to_sign(date, scope, request),
    )
    return urlunsplit(url._replace(query=f"{url.query}&X-Amz-Signature={signature}"))


def attachment(file_name: str) -> str:
    """A content-disposition (RFC 6266) that saves under `file_name`, whatever that holds.

    Slashes become `_`, so that it is one name in one folder; marks that cannot be seen, such as
    those that turn the direction of writing, are left out.
    """
    seen = "".join(letter for letter in file_name if letter.isprintable())
    name = _SLASHES.sub("_", seen)
    if not name.strip(". "):
        name = "download"
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
