"""Logs: events with fields, one line each, masked at the last moment before they are written.

JSON lines in production and wherever nobody watches, readable lines in a developer's terminal. Lines of libraries
(uvicorn, redis, asyncio) pass through the same masks. Tracebacks are printed without local variables, since those hold
callers' numbers and tokens. The call's id is bound once per task and then stands in every line.
"""

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

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
    last: list[Processor] = [
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # Python's own traceback: no local variables, and text for the masks
        _Mask(settings.secret_values()),
        _console(out) if readable else _json_line,
    ]
    # Our own lines go straight to the stream: the detour over `logging` costs several times as much, and every call
    # logs each change of its state.
    structlog.configure(
        processors=[*_common(), report_exception, *last],
        logger_factory=lambda *names: _Lines(names[0] if names else "gateway", out),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    _route_libraries(level, out, last)


def _route_libraries(level: int, out: TextIO, last: list[Processor]) -> None:
    """Lines written with `logging` get the same fields, masks and form."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_common()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger for a module (`__name__`). Log events, not sentences: `log.info("call.refused", reason="full")`."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
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


class _Lines:
    """Where our rendered lines go. One write per line, so that lines of several processes do not mix."""

    def __init__(self, name: str, out: TextIO) -> None:
        self.name = name  # structlog.stdlib.add_logger_name reads it
        self._out = out

    def msg(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()

    debug = info = warning = error = critical = msg


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _json_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return msgspec.json.encode(event).decode()


def _console(out: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
