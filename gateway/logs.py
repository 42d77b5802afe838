"""Logs: events with fields, one line each, masked at the last moment before they are written.

JSON lines in production and wherever nobody watches, readable lines in a developer's terminal. Lines of libraries
(uvicorn, redis, asyncio) pass through the same masks. Tracebacks are printed without local variables, since those hold
callers' numbers and tokens. The call's id is bound once per task and then stands in every line.
"""

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.error_reports import report_exception
from gateway.masking import Masker
from gateway.settings import Settings

# Fields that are ours and short; masking them would only cost time (a time stamp looks like a number to nobody).
_OWN_FIELDS = frozenset({"timestamp", "level", "logger", "call_id"})
_QUIET_LIBRARIES = ("httpcore2", "httpx2", "websockets", "picows", "asyncio", "uvicorn.access")


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send this process's log lines, ours and the libraries', to a stream (standard error by default).

    To be called once at start, before the first line; a second call replaces the first one's settings. uvicorn must
    be started with `log_config=None`, otherwise it installs handlers of its own.
    """
    out = sys.stderr if stream is None else stream
    readable = settings.log_format == "console" or (
        settings.log_format == "auto" and settings.development and out.isatty()
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_common()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_tracebacks(),
            _Mask(settings.secret_values()),
            *_renderers(readable, out),
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common(),
            report_exception,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for a module (`__name__`). Log events, not sentences: `log.info("call.refused", reason="full")`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind_call(call_id: str, **fields: object) -> None:
    """Put the call's id (Twilio's CallSid) into every later line of this task and of tasks it starts.

    What an earlier call bound is dropped, so that a task that serves several never mixes them up.
    """
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(call_id=call_id, **fields)


class _Mask:
    """The last processor before rendering: nothing behind it may add a field."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._masker = Masker(secrets)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        own = {name: value for name, value in event.items() if name in _OWN_FIELDS}
        rest = {name: value for name, value in event.items() if name not in _OWN_FIELDS}
        return own | self._masker.fields(rest)


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _tracebacks() -> list[Processor]:
    """Python's own traceback as text: it has no local variables, and the masks can read it."""
    return [structlog.processors.StackInfoRenderer(), structlog.processors.format_exc_info]


def _renderers(readable: bool, out: TextIO) -> list[Processor]:
    if not readable:
        return [structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)]
