"""A check of our own for schemathesis: what a well-formed request may be refused for."""

from typing import Any

import schemathesis
from schemathesis import Case, Response
from schemathesis.checks import CheckContext

UNPROCESSABLE = 422

MEANINGS = frozenset({"cursor", "timezone", "part_numbers", "name", "parent_org", "transcript", ""})
"""Fields whose values a schema cannot tell good from bad. Without a field: idempotency keys."""


@schemathesis.check
def refused_for_its_meaning(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Not for its form, where that is as documented."""
    well_formed = case.meta is not None and case.meta.generation.mode.is_positive
    if response.status_code != UNPROCESSABLE or not well_formed:
        return
    problem = response.json()
    if problem["code"] == "invalid-request":
        fields = {fault.get("field", "") for fault in problem.get("errors", [{}])}
        assert fields <= MEANINGS, problem
