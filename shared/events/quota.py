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
    """A unit is taken; `price` is a decimal number as text, `0` inside the plan's limit.

    Hosting is granted anew for each billing period; `hosting_turn` is as of `HostingLapsed`.
    """

    publisher: ClassVar[str] = "quota"
    price: str
    hosting_turn: int = 0


class ClaimReleased(ClaimEvent):
    """A unit went back to the period that it was taken from."""

    publisher: ClassVar[str] = "quota"


class HostingLapsed(Event):
    """The plan does not cover the hosting of this model, or covers it no longer; and why.

    `hosting_turn` counts what quota says of one model's hosting, from 1: the highest one holds.
    """

    publisher: ClassVar[str] = "quota"
    model_id: str
    training_id: str = ""
    hosting_turn: int = 0
    code: str = "no-claims-available"
    message: str = "No hosting claims available"
