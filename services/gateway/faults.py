"""What is wrong with a body or a query, in words for its author."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

MAX_FAULTS = 20

WORDS = {
    "missing": "This field is required",
    "is_instance_of": "This must be a file",
    "extra_forbidden": "There is no such field",
    "json_invalid": "This is no valid JSON",
    "string_type": "This must be a text",
    "string_too_short": "This must have at least {min_length} characters",
    "string_too_long": "This must have at most {max_length} characters",
    "greater_than_equal": "This must be at least {ge}",
    "less_than_equal": "This must be at most {le}",
    "string_pattern_mismatch": "Control characters are not allowed",
    "string_unicode": "This is no valid text",
    "int_type": "This must be a whole number",
    "int_parsing": "This must be a whole number",
    "int_from_float": "This must be a whole number",
    "bool_type": "This must be true or false",
    "list_type": "This must be a list",
    "model_type": "This must be an object",
    "model_attributes_type": "This must be an object",
}
"""By pydantic's kind of error; of other kinds its own words will do."""


def field_faults(error: ValidationError) -> list[dict[str, str]]:
    """The first faults, each under the path of its field; empty for the body itself."""
    found = error.errors(include_url=False, include_input=False)
    return [
        {
            "code": "invalid-request",
            "message": _words(each),
            "field": ".".join(map(str, each["loc"])),
        }
        for each in found[:MAX_FAULTS]
    ]


def _words(fault: ErrorDetails) -> str:
    ours = WORDS.get(fault["type"], "")
    return ours.format(**fault.get("ctx", {})) or fault["msg"].removeprefix("Value error, ")
