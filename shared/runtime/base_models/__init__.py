"""Base models: where to find one, and the proof that it is the right one.

It is a folder in CTranslate2's form, accepted by the SHA-256 of each file alone, so that it does
not matter which source it came from.
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
