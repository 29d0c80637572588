"""One logging set-up: structlog in front of the standard library, JSON lines on stderr."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_SIGNED = re.compile(r"(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s\"']+", re.IGNORECASE)
_PASSWORD = re.compile(r"(\w+://[^:/\s]+):[^@/\s]+@")


def scrub(text: str) -> str:
    """Remove signatures of storage URLs and passwords of connection URLs."""
    if "=" in text:
        text = _SIGNED.sub(r"\1=***", text)
    if "@" in text:
        text = _PASSWORD.sub(r"\1:***@", text)
    return text


def _scrub_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}


def configure(service: str, level: str, log_format: str) -> None:
    """Send every log line, ours and the libraries', through the same processors."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _scrub_values,
                lambda _logger, _method, event: {"service": service, **event},
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # A refusal is an answer, not an incident; nameko would log each with its traceback.
    logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)
    for chatty in ("amqp", "pika", "urllib3", "httpx", "alembic", "nameko.web.server"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
