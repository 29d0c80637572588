"""Calls that the catalog answers: languages, publications, custom models, train."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints
from uuid6 import uuid7

from shared.events.data import StoredFile
from shared.rpc.contract import Failure, Listing, Nothing, Page, Repeatable, Reply, Request, Time

StatusName = Literal["not_running", "provisioning", "running", "success", "failed"]

ModelName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=2,
        max_length=200,
        pattern=r"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]*$",
    ),
]
"""Any script; 2 to 200 characters after trimming, without control characters and line ends."""


class Language(Reply):
    """A language of the list: a base language, or a custom model under its key."""

    key: str
    name: str
    kind: Literal["base", "custom"]
    model_id: str | None = None
    base_language: str | None = None


class CustomModel(Reply):
    """A custom model. `status` is 1 to 5; `key` is what a transcription names as its language."""

    id: str
    key: str
    name: str
    language: str
    language_name: str
    status: int
    status_name: StatusName
    enabled: bool
    failure: Failure | None
    last_modified: Time
    created_at: Time


class RequestedTraining(Reply):
    """The latest training that was requested for a model, which the trainer may not know yet."""

    id: str
    requested_at: Time


class ModelDetails(Reply):
    """A model, and what the services behind the nested routes need to know of it."""

    model: CustomModel
    requested_training: RequestedTraining | None
    artifact: StoredFile | None


class TranscriptionTarget(Reply):
    """What to transcribe with: a base model, and a custom model's artifact where there is one.

    `language` is the Whisper language, such as `fr`.
    """

    key: str
    language: str
    base_model: str
    model_id: str | None
    artifact: StoredFile | None


class Languages(Reply):
    """All languages of a list: base languages, then custom models, each in order of name."""

    items: list[Language]


class ListLanguages(Request[Languages]):
    """Languages for the create dialog (`training`) or the upload dialog (`transcription`)."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    purpose: Literal["training", "transcription"]


class FindTranscriptionTarget(Request[TranscriptionTarget]):
    """Resolve a language key. Errors: `invalid-language`, `language-not-published`."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    key: str


class CreateModel(Repeatable[CustomModel]):
    """The caller makes the id, so that a call that is delivered twice makes one model.

    Errors: `invalid-language`, `language-not-published`, `language-exists`, `invalid-request`.
    """

    service: ClassVar[str] = "catalog"
    model_id: str = Field(default_factory=lambda: str(uuid7()))
    name: ModelName
    language: str


class RenameModel(Request[CustomModel]):
    """Errors: `custom-model-not-found`."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    model_id: str
    name: ModelName


class DeleteModel(Request[Nothing]):
    """Errors: `custom-model-not-found`."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    model_id: str


class GetModel(Request[ModelDetails]):
    """Errors: `custom-model-not-found`."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    model_id: str


class ListModels(Listing[Page[CustomModel]]):
    """The organisation's models, newest change first. Errors: `invalid-request` (cursor)."""

    service: ClassVar[str] = "catalog"
    organisation_id: str


class TrainModel(Request[RequestedTraining]):
    """Validate, claim and request a training; under one idempotency key there is one training.

    Errors, in the order of the checks: `custom-model-not-found`, `invalid-request` (key reused
    with another body), `invalid-language` (no base model is configured any longer),
    `language-not-published` (withdrawn), `not-ready-to-run`, `no_data`, `validation_failed`,
    `unmatched-audio`, `no-claims-available`.
    """

    service: ClassVar[str] = "catalog"
    organisation_id: str
    model_id: str
    skip_unmatched: bool
    idempotency_key: str | None


class PublishLanguage(Request[Nothing]):
    """Grant a base language to an organisation; `granted_by` is a reseller that must have it.

    Errors: `invalid-language`, `language-not-published`.
    """

    service: ClassVar[str] = "catalog"
    organisation_id: str
    language: str
    granted_by: str | None = None


class WithdrawLanguage(Request[Nothing]):
    """Take a base language back. Errors: `invalid-language`."""

    service: ClassVar[str] = "catalog"
    organisation_id: str
    language: str
