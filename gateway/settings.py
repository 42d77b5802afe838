"""What the gateway is told by its environment: one frozen model, one table, all mistakes at once.

`load_settings` reads a mapping (the process's environment by default) and either returns settings that hold together
or raises `SettingsErrors` with every problem and its fix. A blank variable counts as unset. Values of secrets never
appear in a message. The names are the fields' names in capitals, without a prefix; `settings_table` prints them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

DEFAULT_PORT = 8000
REDIS_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
MIN_SECRET_CHARACTERS = 32
MIN_SECRET_VARIETY = 10
OPENAI_HOST = "api.openai.com"
DEPENDING = ("public_url", "pos_allow_private")  # settings whose default follows from others


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake of the configuration: the setting or file it is in, what is wrong, what to do. No secret values."""

    setting: str
    reason: str
    fix: str


class SettingsErrors(ValueError):  # noqa: N818 - it carries several errors, and says so
    """The environment does not make working settings. `problems` lists all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.setting}: {problem.reason}" for problem in problems))
        self.problems = problems


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _url(value: str, schemes: tuple[str, ...]) -> str:
    """The URL without a trailing slash; credentials, query and fragment have no place in it.

    Raises:
        ValueError: it is not an absolute URL of those schemes. The message does not repeat the value.
    """
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"is not an absolute URL beginning with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("must hold no user, query or fragment")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("has a port that is no number from 0 to 65535") from None
    return value.rstrip("/")


def _http_url(value: str) -> str:
    return _url(value, ("https", "http"))


def _socket_url(value: str) -> str:
    return _url(value, ("wss", "ws"))


def _redis_url(value: SecretStr) -> SecretStr:
    if urlsplit(value.get_secret_value()).scheme not in REDIS_SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(f'{scheme}://' for scheme in REDIS_SCHEMES)}")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
SocketUrl = Annotated[str, AfterValidator(_socket_url)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_split)]


class Settings(BaseModel):
    """All settings. Frozen; build it with `load_settings`, or directly in a test (nothing is read from outside)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, validate_default=True
    )

    gateway_env: Literal["development", "staging", "production"] = Field(
        default="development", description="Where it runs. `production` refuses plain http/ws and missing disclosures."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on; `0.0.0.0` in a container.")
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: HttpUrl = Field(
        default=f"http://127.0.0.1:{DEFAULT_PORT}",
        description="What Twilio calls us, exactly as configured there. Signatures are checked against it. "
        "Default: `http://127.0.0.1:PORT`.",
    )
    gateway_secret: SecretStr | None = Field(
        default=None,
        description="Key of stream tokens and of phone number hashes, 32 random characters or more. Required outside "
        "development; there a random one is kept in the data folder.",
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = Field(
        default=None,
        description="Redis 7.0+ or Valkey: `redis://`, `rediss://`, `unix://`, `redis+sentinel://`, `redis+cluster://`."
        " Unset: an embedded Valkey in the data folder.",
    )
    data_dir: Path | None = Field(
        default=None,
        description="Folder of the embedded store. Default: `voice-ordering-gateway` in the user's data folder.",
    )
    restaurants_dir: Path | None = Field(
        default=None, description="Folder with one folder per restaurant. Unset: the examples that ship in the package."
    )
    twilio_account_sid: str | None = Field(
        default=None, pattern=r"^AC[0-9a-zA-Z]{32}$", description="Twilio account. Required outside development."
    )
    twilio_auth_token: Secrets = Field(
        default=(),
        description="Auth token that signs Twilio's requests; two, comma-separated, while rotating. Required outside "
        "development; without it, development accepts unsigned requests.",
    )
    twilio_api_url: HttpUrl = Field(
        default="https://api.twilio.com",
        description="Where Twilio's REST API begins (text messages, alarm calls, staff's `end` and `take`); a local "
        "stand-in's for trying out.",
    )
    openai_api_key: Secrets = Field(
        default=(), description="API key of the model; two, comma-separated, while rotating. Needed for api.openai.com."
    )
    openai_realtime_url: SocketUrl = Field(
        default=f"wss://{OPENAI_HOST}/v1/realtime", description="Realtime endpoint; a local server's for trying out."
    )
    openai_realtime_model: str = Field(default="gpt-realtime-2.1", min_length=1, description="Model that talks.")
    openai_realtime_fallback_url: SocketUrl | None = Field(
        default=None, description="Second Realtime endpoint, tried when the first fails, before ordering without voice."
    )
    openai_realtime_fallback_model: str | None = Field(
        default=None, min_length=1, description="Model at the second endpoint. Unset: the first one's."
    )
    openai_realtime_fallback_api_key: Secrets = Field(
        default=(),
        description="API key of the second endpoint; two, comma-separated, while rotating. Unset: that of the "
        "first if it is on the same host, else none.",
    )
    openai_realtime_audio: Literal["pcm16", "pcmu"] = Field(
        default="pcm16",
        description="Audio to and from the model: PCM16 24 kHz transcoded here, or mulaw 8 kHz passed through.",
    )
    openai_transcription_model: str = Field(
        default="gpt-transcribe", min_length=1, description="Model that writes down."
    )
    openai_voice: str = Field(default="marin", min_length=1, description="Voice of the agent.")
    openai_noise_reduction: Literal["near_field", "far_field", "off"] = Field(
        default="near_field", description="Noise reduction of the model's input."
    )
    openai_turn_detection: Literal["server_vad", "semantic_vad"] = Field(
        default="server_vad", description="How the model's side finds the end of a turn."
    )
    vad_threshold: float = Field(
        default=0.5, ge=0, le=1, description="Level at which `server_vad` hears speech, 0 to 1."
    )
    vad_silence_ms: int = Field(default=500, ge=100, le=5000, description="Silence that ends a turn, ms.")
    vad_prefix_ms: int = Field(default=300, ge=0, le=2000, description="Audio kept from before speech was noticed, ms.")
    server_creates_responses: bool = Field(
        default=False, description="Gives the creation of responses back to the model's side (saves a round trip)."
    )
    pacing_lead_ms: int = Field(default=300, ge=100, le=800, description="How far ahead of playback audio is sent, ms.")
    pool_size: int = Field(default=2, ge=0, le=100, description="Connected model sockets kept warm per process.")
    max_calls: int = Field(
        default=200, ge=1, description="Calls at a time per process; others are put through to the restaurant."
    )
    max_loop_lag_ms: int = Field(
        default=80, ge=10, le=5000, description="Lateness of the event loop above which no new calls are taken, ms."
    )
    drain_seconds: int = Field(
        default=300, ge=0, le=24 * 3600, description="How long calls may go on after SIGTERM before they are moved, s."
    )
    held_order_minutes: int = Field(
        default=15, ge=1, le=24 * 60, description="How long a broken-off order is offered again."
    )
    transcript_days: int = Field(default=30, ge=1, le=365, description="Days after which a call's log expires.")
    pos_allow_private: bool = Field(
        default=True,
        description="Whether webhooks may go to private addresses. Default: only in development.",
    )
    pos_retry_speed: float = Field(
        default=1,
        ge=1,
        le=100_000,
        description="How many times sooner a webhook that failed is tried again than in life; for trying out.",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token for `/metrics`; without it only this machine may read them."
    )
    sentry_dsn: SecretStr | None = Field(
        default=None, description="Sends error reports to Sentry, scrubbed. Unset: none."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_format: Literal["json", "console", "auto"] = Field(
        default="auto", description="`auto`: console lines in a development terminal, JSON lines everywhere else."
    )

    @model_validator(mode="before")
    @classmethod
    def _depending_defaults(cls, given: dict[str, object]) -> dict[str, object]:
        """The two defaults that follow from other settings; a broken port or environment is reported by itself."""
        port = str(given.get("port", DEFAULT_PORT))
        local = f"http://127.0.0.1:{port if port.isdecimal() else DEFAULT_PORT}"
        development = given.get("gateway_env", "development") == "development"
        return {"public_url": local, "pos_allow_private": development} | given

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine, where missing accounts and unsigned requests are tolerated."""
        return self.gateway_env == "development"

    @property
    def media_url(self) -> str:
        """Where Twilio opens the media stream: the public URL as wss (ws in development), path `/media`."""
        return "ws" + self.public_url.removeprefix("http") + "/media"

    @property
    def fallback_keys(self) -> tuple[SecretStr, ...]:
        """The keys for the second endpoint. Those of the first are never sent to another host."""
        if self.openai_realtime_fallback_api_key or self.openai_realtime_fallback_url is None:
            return self.openai_realtime_fallback_api_key
        first, second = urlsplit(self.openai_realtime_url), urlsplit(self.openai_realtime_fallback_url)
        return self.openai_api_key if (first.scheme, first.netloc) == (second.scheme, second.netloc) else ()

    def secret_values(self) -> tuple[str, ...]:
        """Every secret in clear, for the masks of logs and error reports; for nothing else."""
        values = (getattr(self, name) for name in type(self).model_fields)
        secrets = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(one.get_secret_value() for group in secrets for one in group if isinstance(one, SecretStr))


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment; `os.environ` when none is given.

    Raises:
        SettingsErrors: something is missing, malformed or does not fit the rest; all of it is listed.
    """
    given = _given(os.environ if environment is None else environment)
    problems: list[Problem] = []
    try:
        settings = Settings.model_validate(given)
    except ValidationError as errors:
        problems = [_problem(str(error["loc"][0]), error["msg"]) for error in errors.errors(include_input=False)]
        # Judge the rest as well, with what is broken left out, so that one run shows everything.
        broken = {problem.setting.lower() for problem in problems}
        settings = Settings.model_validate({name: value for name, value in given.items() if name not in broken})
    named = {problem.setting for problem in problems}
    problems += [problem for problem in _rules(settings) if problem.setting not in named]
    if problems:
        raise SettingsErrors(tuple(problems))
    return settings


def settings_table() -> str:
    """All settings as a Markdown table: name, default, meaning, in the order of the model."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        computed = name in DEPENDING or field.default in (None, ())
        default = "" if computed else f"`{str(field.default).lower() if field.default is False else field.default}`"
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    """What the environment says about our settings; a variable set to nothing says nothing."""
    names = {name.upper(): name for name in Settings.model_fields}
    return {names[key]: value for key, value in environment.items() if key in names and value.strip()}


def _problem(name: str, message: str) -> Problem:
    description = Settings.model_fields[name].description or ""
    return Problem(name.upper(), message.removeprefix("Value error, "), description)


def _rules(settings: Settings) -> list[Problem]:
    """What no single field can know: which settings need each other, and what an environment demands."""
    problems = []
    model_host = urlsplit(settings.openai_realtime_url).hostname
    if model_host == OPENAI_HOST and not settings.openai_api_key:
        reason = f"is not set, and {OPENAI_HOST} refuses calls without a key"
        fix = "Set the key, or point OPENAI_REALTIME_URL at a local server (`gateway demo` starts one)."
        problems.append(Problem("OPENAI_API_KEY", reason, fix))
    problems += _fallback_rules(settings)
    if settings.development:
        return problems
    where = f"is not set, and {settings.gateway_env} needs it"
    if settings.gateway_secret is None or _weak(settings.gateway_secret.get_secret_value()):
        reason = where if settings.gateway_secret is None else "is too short or too plain to be a secret"
        fix = 'Make one with `python -c "import secrets; print(secrets.token_urlsafe(32))"`; the same in every process.'
        problems.append(Problem("GATEWAY_SECRET", reason, fix))
    if not settings.twilio_auth_token:
        fix = "Copy the auth token of the Twilio console: without it no webhook can be told from a forged one."
        problems.append(Problem("TWILIO_AUTH_TOKEN", where, fix))
    if settings.twilio_account_sid is None:
        problems.append(Problem("TWILIO_ACCOUNT_SID", where, "Copy the account SID (AC...) of the Twilio console."))
    if settings.gateway_env == "production":
        if settings.pos_retry_speed > 1:
            fix = "Unset it: a POS that is away for an hour would lose its orders."
            problems.append(Problem("POS_RETRY_SPEED", "is for trying out", fix))
        if not settings.public_url.startswith("https://"):
            fix = "Give the https:// address that Twilio reaches from outside; media streams need wss."
            problems.append(Problem("PUBLIC_URL", "is not https, which production needs", fix))
        if not settings.openai_realtime_url.startswith("wss://"):
            fix = "Use a wss:// address: callers' voices do not travel in clear."
            problems.append(Problem("OPENAI_REALTIME_URL", "is not wss, which production needs", fix))
        if not settings.twilio_api_url.startswith("https://"):
            fix = "Use an https:// address: requests carry the auth token."
            problems.append(Problem("TWILIO_API_URL", "is not https, which production needs", fix))
    return problems


def _fallback_rules(settings: Settings) -> list[Problem]:
    """What the second endpoint needs, and what needs the second endpoint."""
    url, setting = settings.openai_realtime_fallback_url, "OPENAI_REALTIME_FALLBACK_URL"
    if url is None:
        given = {
            "OPENAI_REALTIME_FALLBACK_MODEL": settings.openai_realtime_fallback_model,
            "OPENAI_REALTIME_FALLBACK_API_KEY": settings.openai_realtime_fallback_api_key,
        }
        fix = f"Set {setting} to the second endpoint, or unset this."
        return [Problem(name, f"is set without {setting}", fix) for name, value in given.items() if value]
    problems = []
    if urlsplit(url).hostname == OPENAI_HOST and not settings.fallback_keys:
        reason = f"is not set, and {OPENAI_HOST} refuses calls without a key"
        fix = "Set the key of the second endpoint; that of the first is not sent to another host."
        problems.append(Problem("OPENAI_REALTIME_FALLBACK_API_KEY", reason, fix))
    model = settings.openai_realtime_fallback_model or settings.openai_realtime_model
    first = (settings.openai_realtime_url, settings.openai_realtime_model, settings.openai_api_key)
    if (url, model, settings.fallback_keys) == first:
        fix = "Name another endpoint, model or key, or unset it: what fails there fails here too."
        problems.append(Problem(setting, "is the first endpoint once more", fix))
    elif settings.gateway_env == "production" and not url.startswith("wss://"):
        fix = "Use a wss:// address: callers' voices do not travel in clear."
        problems.append(Problem(setting, "is not wss, which production needs", fix))
    return problems


def _weak(secret: str) -> bool:
    return len(secret) < MIN_SECRET_CHARACTERS or len(set(secret)) < MIN_SECRET_VARIETY
