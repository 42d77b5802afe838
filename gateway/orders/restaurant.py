"""A restaurant: its numbers, hours, what callers are told, where orders go, and its menu.

Frozen models and the arithmetic of opening hours; reading a folder of restaurants is `restaurant_files.py`. Rules kept
here: times of day are local to the restaurant and become instants by its time zone, so that the nights when the clocks
change are right; `now` is passed in; secrets are `SecretStr` and never printed.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from gateway.orders.availability import DAYS, Clock, FulfilmentKind, Weekday
from gateway.orders.contact_settings import E164, AlarmSettings, SmsSettings
from gateway.orders.menu import Menu, Name
from gateway.orders.pos_events import USUAL_EVENTS, KnownEvent, PosEvent
from gateway.orders.pos_systems import CloverSettings, PosSystem, SquareSettings, SystemSettings, ToastSettings

Language = Literal["en", "es"]
LOCALES: Mapping[Language, str] = {"en": "en-US", "es": "es-US"}
"""Each language as Twilio is told it, a BCP 47 tag."""
# A weekly timetable opens within a week; within two when the clocks' change swallows a span; or never.
_DAYS_AHEAD = 15
_SHORTEST_KEY = 24


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone") from error
    return name


def _known_url(url: str) -> str:
    if not url.startswith(("https://", "http://")) or not url.partition("://")[2].strip("/"):
        raise ValueError("not an http(s) URL")
    return url


def _known_secret(secret: SecretStr) -> SecretStr:
    """Standard Webhooks: "whsec_" and base64 of 24 to 64 random bytes."""
    prefix, _, encoded = secret.get_secret_value().partition("_")
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if prefix != "whsec" or not 24 <= size <= 64:
        raise ValueError("not a webhook secret: whsec_ and base64 of 24 to 64 random bytes")
    return secret


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < _SHORTEST_KEY:
        raise ValueError(f"too short for an API key: {_SHORTEST_KEY} characters or more, drawn at random")
    return key


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(_Part):
    """One span of opening, "HH:MM" local time.

    `close` may be "24:00", or earlier than or equal to `open`, which means that time on the next day: 18:00 to 02:00.
    """

    open: Clock
    close: Clock


class PosEndpoint(_Part):
    """Where confirmed orders go: by Standard Webhooks in the neutral form, or to a POS system in its own.

    `secrets` are "whsec_" plus base64 of the key, the newest first; more than one while keys are rotated
    (github.com/standard-webhooks/standard-webhooks, "Webhook metadata"). A system other than "neutral" has a table of
    its own name instead, and `url` is where its API begins ("https://connect.squareup.com").
    The POS signs what it tells us with one of `secrets`, or shows one of `api_keys`, of 24 characters or more.
    `events` are the messages that it wants; orders are always among them. A POS system gets nothing but orders.
    """

    url: Annotated[str, AfterValidator(_known_url)]
    secrets: tuple[Annotated[SecretStr, AfterValidator(_known_secret)], ...] = ()
    api_keys: tuple[Annotated[SecretStr, AfterValidator(_long_enough)], ...] = ()
    system: PosSystem = "neutral"
    square: SquareSettings | None = None
    toast: ToastSettings | None = None
    clover: CloverSettings | None = None
    events: tuple[KnownEvent, ...] = USUAL_EVENTS

    @field_validator("events")
    @classmethod
    def _has_orders(cls, events: tuple[PosEvent, ...]) -> tuple[PosEvent, ...]:
        if "order.confirmed" not in events:
            raise ValueError("order.confirmed is missing: without it orders would reach nobody")
        return events

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.system == "neutral":
            if not self.secrets:
                raise ValueError("secrets: at least one is needed to sign with")
        elif self.system_settings is None:
            raise ValueError(f"the table [pos.{self.system}] is missing")
        elif "events" in self.model_fields_set:
            raise ValueError("events: only an endpoint of the neutral form is told more than orders; remove it")
        return self

    def wants(self, event: PosEvent) -> bool:
        """Whether the endpoint is sent such messages."""
        return event in self.events if self.system == "neutral" else event == "order.confirmed"

    @property
    def system_settings(self) -> SystemSettings | None:
        """What the system wants to know; None for the neutral form."""
        by_system: Mapping[str, SystemSettings | None]
        by_system = {"square": self.square, "toast": self.toast, "clover": self.clover}
        return by_system.get(self.system)


class Restaurant(_Part):
    """One restaurant.

    Attributes:
        id: the folder's name, and the key of everything stored.
        order: which restaurant comes first in lists, lowest first.
        numbers: the telephone numbers it answers, E.164.
        timezone: IANA name, such as "America/New_York".
        hours: opening spans by weekday; a day that is not named is closed.
        holidays: dates with hours of their own, none for a day that is closed.
        languages: the languages the agent may speak, the first is the one it begins with.
        disclosure: the fixed text said before anything else, which says that an AI answers.
        greeting: how the agent opens; None leaves it to the model.
        transfer_to: the telephone number of a person, E.164; None: nobody can be reached.
        transfer_after_hours: that telephone is answered while the restaurant is closed, too.
        after_hours: who answers while it is closed: "agent" takes messages and orders for later, "closed" only says
            when it opens.
        quote_minutes: how long an order takes.
        fulfilments: "pickup", "delivery" or both.
        approval_cents: an order whose total is above this needs a person's approval.
        approval_quantity: so does one of more things than this.
        approval_recent: so does the next order of a number that placed so many within ten minutes.
        max_calls: calls at a time; more are put through to `transfer_to`.
        max_calls_of_caller: calls of one number at a time; more hear that they should ring later, and ring nowhere.
        max_calls_of_caller_hourly: so do more calls of one number within an hour.
        max_withheld_calls: and more calls at a time of numbers that are withheld.
        max_hang_ups: calls of one number that may end without a word within ten minutes; after that, likewise.
        max_call_minutes: how long a call lasts at most; twice as long through a relay operator.
        emergency_number: what callers are told to dial when somebody is in danger.
        pos: where orders go; None: nowhere yet (development).
        alarm: whom to tell of an order that the POS does not take; None: operators alone.
        sms: from whom customers get text messages about their orders; None: they get none.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: Name
    order: int = 100
    numbers: Annotated[tuple[E164, ...], Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(_known_zone)]
    hours: Mapping[Weekday, tuple[Hours, ...]]
    holidays: Mapping[date, tuple[Hours, ...]] = {}
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    disclosure: Annotated[str, Field(min_length=10, max_length=600)]
    greeting: Annotated[str, Field(min_length=1, max_length=600)] | None = None
    transfer_to: E164 | None = None
    transfer_after_hours: Annotated[bool, Field(strict=True)] = False
    after_hours: Literal["agent", "closed"] = "agent"
    quote_minutes: Annotated[int, Field(strict=True, ge=1, le=600)] = 20
    fulfilments: Annotated[tuple[FulfilmentKind, ...], Field(min_length=1)] = ("pickup",)
    approval_cents: Annotated[int, Field(strict=True, ge=1)] = 25_000
    approval_quantity: Annotated[int, Field(strict=True, ge=1)] = 60
    approval_recent: Annotated[int, Field(strict=True, ge=1)] = 3
    max_calls: Annotated[int, Field(strict=True, ge=1)] = 100
    max_calls_of_caller: Annotated[int, Field(strict=True, ge=1)] = 2
    max_calls_of_caller_hourly: Annotated[int, Field(strict=True, ge=1)] = 20
    max_withheld_calls: Annotated[int, Field(strict=True, ge=1)] = 20
    max_hang_ups: Annotated[int, Field(strict=True, ge=1)] = 5
    max_call_minutes: Annotated[int, Field(strict=True, ge=5, le=120)] = 15
    emergency_number: Annotated[str, Field(pattern=r"^[0-9]{3,6}$")] = "911"
    pos: PosEndpoint | None = None
    alarm: AlarmSettings | None = None
    sms: SmsSettings | None = None
    menu: Menu

    @field_validator("hours")
    @classmethod
    def _opens_some_day(cls, hours: Mapping[Weekday, tuple[Hours, ...]]) -> Mapping[Weekday, tuple[Hours, ...]]:
        if not any(hours.values()):
            raise ValueError("the restaurant never opens")
        return hours

    @model_validator(mode="after")
    def _reaches_a_person(self) -> Self:
        """A transfer to a number that this gateway answers would ring in a circle."""
        if self.transfer_to in self.numbers:
            raise ValueError("transfer_to is one of the restaurant's own numbers, which the agent answers")
        if self.alarm is not None and not {self.alarm.call, self.alarm.sms}.isdisjoint(self.numbers):
            raise ValueError("alarm names one of the restaurant's own numbers, which the agent answers")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The restaurant's time zone."""
        return ZoneInfo(self.timezone)

    def is_open(self, now: datetime) -> bool:
        """Whether `now` (aware) lies in an opening span; the closing instant itself is closed."""
        return any(opens <= now < closes for opens, closes in self._spans(now))

    def person_at(self, now: datetime) -> str | None:
        """The telephone number at which a person can be reached at `now` (aware), E.164; None: nobody can."""
        return self.transfer_to if self.transfer_after_hours or self.is_open(now) else None

    def open_until(self, now: datetime) -> datetime | None:
        """When it closes next, in local time; spans that touch count as one. None while closed at `now` (aware)."""
        until: datetime | None = None
        for opens, closes in sorted(self._spans(now)):
            if opens <= (until or now) < closes:
                until = closes
        return None if until is None else until.astimezone(self.zone)

    def next_opening(self, now: datetime) -> datetime | None:
        """When it opens next after `now` (aware), in local time; `now` itself while open; None if it never opens."""
        if self.is_open(now):
            return now.astimezone(self.zone)
        later = (opens for opens, closes in self._spans(now) if opens > now and closes > opens)
        first = min(later, default=None)
        return None if first is None else first.astimezone(self.zone)

    def _spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The opening spans from yesterday (it may end today) to two weeks ahead, in UTC."""
        today = now.astimezone(self.zone).date()
        for offset in range(-1, _DAYS_AHEAD):
            day = today + timedelta(days=offset)
            weekly = self.hours.get(DAYS[day.weekday()], ())
            for span in self.holidays.get(day, weekly):
                next_day = span.close != "24:00" and span.close <= span.open
                yield self._instant(day, span.open), self._instant(day + timedelta(days=next_day), span.close)

    def _instant(self, day: date, clock: str) -> datetime:
        """A local time of day as an instant, UTC.

        Where the clocks change: a time that does not exist is the same distance after the gap begins, one that comes
        twice is the first of the two (`fold=0`, PEP 495).
        """
        if clock == "24:00":
            day, clock = day + timedelta(days=1), "00:00"
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=self.zone).astimezone(UTC)
