"""Events of quota: the ledger's changes."""

from typing import ClassVar, Literal

from shared.events.contract import Event

ClaimKind = Literal["training", "hosting"]


class ClaimEvent(Event):
    """About one claim of one training."""

    model_id: str
    training_id: str
    claim_id: str
    kind: ClaimKind


class ClaimGranted(ClaimEvent):
    """A unit is taken; `price` is a decimal number as text, `0` inside the plan's limit."""

    publisher: ClassVar[str] = "quota"
    price: str


class ClaimReleased(ClaimEvent):
    """A unit went back to the period that it was taken from."""

    publisher: ClassVar[str] = "quota"


class HostingLapsed(Event):
    """The plan no longer covers the hosting of this model."""

    publisher: ClassVar[str] = "quota"
    model_id: str
