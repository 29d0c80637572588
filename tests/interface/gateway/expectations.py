"""What each operation answers to whom. A route that is not here fails the matrix."""

from dataclasses import dataclass, field
from typing import Any

from .services import PLAN

ROLES = ("", "user", "admin", "sysop")
DELETERS = frozenset({"admin", "sysop"})
MODELS = "/api/v1/custom-models"
MODEL = MODELS + "/{model_id}"
UPLOAD = "/api/v1/uploads/{upload_id}"
TRANSCRIPTION = "/api/v1/transcriptions/{transcription_id}"
GLOSSARY = "/api/v1/glossary"
ALIGNMENT = "/api/v1/alignments/{alignment_id}"
ADMIN = "/api/v1/admin/organisations/{organisation_id}"

ABSENT = "custom-model-not-found"


@dataclass(frozen=True)
class Expected:
    """`status`, and for a refusal its `code`, is for those of the organisation who may.

    `foreign` is the code of the 404 that others get; None: the path names nothing of anybody's.
    `uses_up`: the thing that the path names is gone afterwards. `global_role` may everywhere.
    """

    status: int
    foreign: str | None
    code: str | None = None
    roles: frozenset[str] = frozenset(ROLES)
    global_role: str | None = None
    body: Any = None
    form: dict[str, str] | None = None
    query: dict[str, str] = field(default_factory=dict)
    uses_up: bool = False


def administration(status: int, **other: Any) -> Expected:
    sysops = frozenset({"sysop"})
    return Expected(status, "not-found", roles=sysops, global_role="sysop", **other)


EXPECTED: dict[tuple[str, str], Expected] = {
    ("GET", "/api/v1/me"): Expected(200, None),
    ("GET", "/api/v1/languages"): Expected(200, None, query={"for": "transcription"}),
    ("GET", MODELS): Expected(200, None),
    ("POST", MODELS): Expected(201, None, body={"name": "New {unique}", "language": "fr"}),
    ("GET", MODEL): Expected(200, ABSENT),
    ("PATCH", MODEL): Expected(200, ABSENT, body={"name": "Renamed {unique}"}),
    ("DELETE", MODEL): Expected(204, ABSENT, roles=DELETERS, uses_up=True),
    ("POST", MODEL + "/uploads"): Expected(
        201, ABSENT, body={"type": "auto", "files": [{"name": "{unique}.wav", "size": 5}]}
    ),
    ("GET", MODEL + "/datasets"): Expected(200, ABSENT),
    ("GET", MODEL + "/datasets/{dataset_id}/download"): Expected(307, ABSENT),
    ("DELETE", MODEL + "/datasets/{dataset_id}"): Expected(204, ABSENT, uses_up=True),
    ("POST", MODEL + "/validation"): Expected(200, ABSENT),
    ("POST", MODEL + "/train"): Expected(422, ABSENT, "validation_failed", body={}),
    ("GET", MODEL + "/trainings"): Expected(200, ABSENT),
    ("GET", MODEL + "/trainings/{training_id}"): Expected(404, ABSENT, "training-not-found"),
    ("GET", MODEL + "/artifact"): Expected(409, ABSENT, "not-ready-to-run"),
    ("GET", UPLOAD): Expected(200, "upload-not-found"),
    ("POST", UPLOAD + "/parts"): Expected(200, "upload-not-found", body={"part_numbers": [1]}),
    ("POST", UPLOAD + "/complete"): Expected(409, "upload-not-found", "upload-incomplete"),
    ("DELETE", UPLOAD): Expected(204, "upload-not-found", uses_up=True),
    ("GET", "/api/v1/transcriptions"): Expected(200, None),
    ("POST", "/api/v1/transcriptions"): Expected(
        201, None, body={"language": "fr", "name": "{unique}.wav", "size": 5}
    ),
    ("GET", TRANSCRIPTION): Expected(200, "not-found"),
    ("DELETE", TRANSCRIPTION): Expected(204, "not-found", uses_up=True),
    ("GET", TRANSCRIPTION + "/result"): Expected(409, "not-found", "not-ready-to-run"),
    ("GET", TRANSCRIPTION + "/audio"): Expected(409, "not-found", "not-ready-to-run"),
    ("GET", "/v1/models"): Expected(200, None),
    ("GET", "/v1/models/{model}"): Expected(200, "not-found"),
    ("POST", "/v1/audio/transcriptions"): Expected(
        409, None, "not-ready-to-run", form={"model": "fr"}
    ),
    ("POST", "/v1/audio/translations"): Expected(
        409, None, "not-ready-to-run", form={"model": "fr"}
    ),
    ("GET", "/api/v1/alignments"): Expected(200, None),
    ("POST", "/api/v1/alignments"): Expected(
        201,
        None,
        body={
            "language": "fr",
            "audio": {"name": "{unique}.wav", "size": 5},
            "transcript": "Bonjour.",
        },
    ),
    ("GET", ALIGNMENT): Expected(200, "not-found"),
    ("DELETE", ALIGNMENT): Expected(204, "not-found", uses_up=True),
    ("GET", ALIGNMENT + "/result"): Expected(409, "not-found", "not-ready-to-run"),
    ("GET", ALIGNMENT + "/audio"): Expected(409, "not-found", "not-ready-to-run"),
    ("GET", GLOSSARY): Expected(200, None),
    ("PUT", GLOSSARY): Expected(
        200, None, body={"items": [{"term": "argo {unique}", "replacement": "Argot"}]}
    ),
    ("GET", "/api/v1/remaining-claims"): Expected(200, None),
    ("GET", ADMIN + "/plan"): administration(200),
    ("PUT", ADMIN + "/plan"): administration(200, body=PLAN),
    ("PUT", ADMIN + "/publications/{language}"): administration(204),
    ("DELETE", ADMIN + "/publications/{language}"): administration(204),
    ("GET", ADMIN + "/claims"): administration(200),
}
