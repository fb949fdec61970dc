"""Structured logs without anybody's words, and without a token even where a library would print one."""

import logging
import re
import sys
from typing import Any

import structlog

QUIET = (
    "httpx",
    "httpcore",
    "aiohttp",
    "telegram",
    "discord",
    "apscheduler",
    "alembic",
    "sqlalchemy",
    "uvicorn",
)
"""Libraries that write addresses with tokens in them, or people's texts, below WARNING."""

_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")


def redacted(text: str) -> str:
    """Return the text with anything that looks like a bot token taken out."""
    return _TOKEN.sub("[token]", text)


class _Redact(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if redacted(message) != message:
            record.msg, record.args = redacted(message), ()
        if record.exc_info:
            # A library's traceback can quote what it was working on: keep the kind and the place only.
            record.exc_text = redacted(_place_of(record.exc_info))
            record.exc_info = None
        return True


def _place_of(exc_info: Any) -> str:
    kind, _, trace = exc_info
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{getattr(kind, '__name__', kind)} at {where}"


def set_up_logs(level: str, form: str) -> None:
    """Write one line an event to standard error, as text or as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Redact())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, getattr(logging, level.upper())))
