"""Logs are JSON lines on standard error, one per event, with the request's and the person's id and nothing personal.

ID numbers and phones are masked in every value, tracebacks included; addresses of pages lose their query, where names
are searched for; what stands under the name of a secret, and the row that an error of the database quotes, are left
out.
"""

import logging
import re
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.types import EventDict, Processor

from core.masking import is_secret, mask_text, mask_value

_KEYED = re.compile(r"(/calendar/feed/)[^/\s]+")
_QUOTED = re.compile(r"(?m)^DETAIL:.*$")  # "Key (name)=(…) already exists.", "Failing row contains (…)."


def without_personal_data(logger: Any, method: str, event: EventDict) -> EventDict:
    """The processor before the last: afterwards nothing is added to the line."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, HttpRequest):
        return _address(f"{value.method} {value.path}")
    if key in ("request", "url", "path") and isinstance(value, str):
        return _address(value.partition("?")[0])
    if is_secret(key):
        return "***"
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_value(value) if isinstance(value, dict | list | tuple) else _address(str(value))


def _address(text: str) -> str:
    """Without numbers of people, the key in an address that is read without signing in, and rows of the database."""
    return mask_text(_QUOTED.sub("DETAIL: ***", _KEYED.sub(r"\1***", text)))


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
]


def json_formatter() -> logging.Formatter:
    """The formatter of ``settings.LOGGING``; structlog is set up with it, so that both kinds of logger write alike."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
