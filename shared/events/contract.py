"""What all events have in common, and the registry that schemas are generated from."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

REGISTRY: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact in the past tense, published to the exchange `<publisher>.events`.

    The routing key is the class's name; a field that a later version adds is ignored by an older
    consumer. `subject_field` names the model's or job's id that becomes `ce-subject`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: ClassVar[str]
    subject_field: ClassVar[str] = "model_id"
    version: ClassVar[int] = 1

    organisation_id: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if hasattr(cls, "publisher"):
            REGISTRY[cls.__name__] = cls

    @property
    def subject(self) -> str:
        """The id of the model or job that the event is about."""
        return str(getattr(self, self.subject_field))

    @classmethod
    def ce_type(cls) -> str:
        """The CloudEvents type, such as `io.argot.TrainRequested.v1`."""
        return f"io.argot.{cls.__name__}.v{cls.version}"
