"""Structured logs without anybody's words, and without a token even where a library would print one."""

import logging
import re
import sys
from typing import Any

import structlog

_PRIVATE = ("httpx", "httpcore", "aiohttp", "telegram", "discord", "alembic", "sqlalchemy", "uvicorn")
"""Libraries that write addresses with tokens in them, or people's texts, below WARNING."""
QUIET = {
    **dict.fromkeys(_PRIVATE, logging.WARNING),
    # One each second in which a look is left out because the last one is not done: the lag, and readiness, say that.
    "apscheduler": logging.ERROR,
}
"""The least level at which a library is heard."""

# No \b in front: in an address the number follows a letter ("/bot123456:ABC…").
_TOKEN = re.compile(
    r"[0-9]{5,}(?::|%3A)[A-Za-z0-9_-]{20,}"  # Telegram's
    r"|[A-Za-z0-9_-]{18,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{20,}"  # Discord's
    r"|(?<=/webhooks/)[0-9]+/[^\s/?\"']+|(?<=/interactions/)[0-9]+/[^\s/?\"']+",  # answers to an interaction
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Return the text with anything that looks like a bot token taken out."""
    return _TOKEN.sub("[token]", text)


def place_of(error: BaseException) -> str:
    """Return kind and place of an error: what it says can quote what it was working on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, so that no field and no library is left out."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _without_words(_logger: Any, _method: str, event: Any) -> Any:
    """Leave of an error its kind and place, and of what asyncio says the line that quotes nothing."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = place_of(error)
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


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
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[_without_words, structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Else a line that cannot be written (the disk is full, the pipe is closed) is printed with its arguments and the
    # error that is being handled, past the formatter and so with whatever words that holds.
    logging.raiseExceptions = False
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, getattr(logging, level.upper())))
