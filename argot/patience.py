"""Asking again through an outage: what was started on the server goes on without us."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from argot.connection import ProblemError, UnreachableError

OUTAGE_S = 300.0
PAUSE_S = 2.0

AnswerT = TypeVar("AnswerT")


def through_outages(
    ask: Callable[[], AnswerT],
    pause_s: float = PAUSE_S,
    sleep: Callable[[float], None] = time.sleep,
) -> AnswerT:
    """The answer, however often the server is away meanwhile; gives up after five minutes."""
    patience = Retrying(
        retry=retry_if_exception(_is_outage),
        stop=stop_after_delay(OUTAGE_S),
        wait=wait_fixed(pause_s),
        sleep=sleep,
        reraise=True,
    )
    return patience(ask)


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, ProblemError):
        return error.status == HTTPStatus.SERVICE_UNAVAILABLE
    return isinstance(error, UnreachableError)
