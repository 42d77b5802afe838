"""Error reports to Sentry, when `SENTRY_DSN` is set: what broke and where, and nothing about whom it broke for.

Sentry's defaults send local variables, request bodies and propagation headers, and leave messages unscrubbed. Here all
of that is off, and every event and breadcrumb passes the same masks as the logs before it leaves the process.
"""

import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar, cast

import sentry_sdk
from sentry_sdk.integrations.asyncio import AsyncioIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.starlette import StarletteIntegration
from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber
from sentry_sdk.transport import Transport
from structlog.typing import EventDict, WrappedLogger

from gateway.masking import Masker
from gateway.settings import Settings

_PACKAGE = "voice-ordering-gateway"
_Report = TypeVar("_Report")

# Field names that Sentry's own list does not know; its scrubber compares whole names.
_DENIED = [
    *DEFAULT_DENYLIST,
    "From",
    "To",
    "Caller",
    "Called",
    "caller",
    "auth_token",
    "gateway_secret",
    "x-twilio-signature",
    "x_twilio_signature",
    "payload",
    "transcript",
    "SpeechResult",
    "Digits",
]


def init_error_reports(settings: Settings, transport: type[Transport] | Transport | None = None) -> bool:
    """Start error reports if a DSN is set. To be called once, before the application is built.

    Args:
        settings: gives the DSN, the environment's name and the secrets to mask.
        transport: takes the reports instead of Sentry, for tests.

    Returns:
        Whether reports are sent from now on.
    """
    if settings.sentry_dsn is None:
        return False
    mask = _masked(Masker(settings.secret_values()))
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        environment=settings.gateway_env,
        release=_release(),
        transport=transport,
        include_local_variables=False,  # frames hold numbers, tokens and audio
        max_request_body_size="never",  # webhooks' bodies hold callers' numbers
        event_scrubber=EventScrubber(denylist=_DENIED, recursive=True),
        before_send=mask,
        before_send_transaction=mask,
        before_breadcrumb=mask,
        enable_logs=False,
        enable_metrics=False,
        traces_sample_rate=None,
        trace_propagation_targets=[],  # no sentry-trace or baggage header to Twilio, OpenAI or a POS
        auto_enabling_integrations=False,
        integrations=[StarletteIntegration(), AsyncioIntegration(), LoggingIntegration(level=None, event_level=None)],
    )
    return True


def _release() -> str | None:
    try:
        return f"{_PACKAGE}@{version(_PACKAGE)}"
    except PackageNotFoundError:  # run from a checkout that was not installed
        return None


def report_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: an exception that is logged is reported too, since nobody above will see it again.

    It does nothing before `init_error_reports`. (Sentry's own logging integration is off: it would take the fields of
    a structlog line for its message.)
    """
    exception = event.get("exc_info")
    if exception is True:
        exception = sys.exception()
    if isinstance(exception, BaseException):
        sentry_sdk.capture_exception(exception)
    return event


def _masked(masker: Masker) -> Callable[[_Report, object], _Report]:
    """A hook that masks all texts of a report; a telling field name is enough to lose the value.

    Sentry hands over plain JSON-like dictionaries, typed as `Event` or as a breadcrumb.
    """

    def mask(report: _Report, _hint: object) -> _Report:
        return cast("_Report", masker.value(report))

    return mask
