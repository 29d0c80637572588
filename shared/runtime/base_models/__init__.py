"""Base models: where to find one, and the proof that it is the right one.

A base model is one CTranslate2 directory, named by the SHA-256 of its files. It is accepted by
these digests alone, so it does not matter which source it came from.
"""

from shared.runtime.base_models.model import BaseModel, PackagePiece
from shared.runtime.base_models.resolution import (
    BaseModelDigestMismatch,
    BaseModelSettings,
    BaseModelUnavailable,
    known_models,
    resolve,
    verify,
)

__all__ = [
    "BaseModel",
    "BaseModelDigestMismatch",
    "BaseModelSettings",
    "BaseModelUnavailable",
    "PackagePiece",
    "known_models",
    "resolve",
    "verify",
]
