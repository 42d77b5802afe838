"""When something on the menu can be had: dayparts, weekdays, dates, fulfilment. Frozen models and one pure question.

Times of day are local to the restaurant; the caller of `unavailable` turns an instant into local time first, so that
the nights when the clocks change are right.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FulfilmentKind = Literal["pickup", "delivery"]
Clock = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

Reason = Literal["daypart", "weekday", "date", "fulfilment"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Daypart(_Part):
    """A named span of the day, such as lunch: "HH:MM" local time, on the days listed (all of them by default).

    An `end` at or before `start` lies on the next day; the span then belongs to the day on which it began.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:.&'+%-]*$", max_length=80)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Clock
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = DAYS

    def contains(self, local: datetime) -> bool:
        """Whether a local time lies in it; the end itself does not."""
        clock = local.time().replace(tzinfo=None)
        today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
        start = time.fromisoformat(self.start)
        end = time.fromisoformat(self.end) if self.end != "24:00" else None
        if end is None or end > start:
            return today in self.days and start <= clock and (end is None or clock < end)
        return (today in self.days and clock >= start) or (yesterday in self.days and clock < end)


class Availability(_Part):
    """When and how an item or a category can be had. What is left out does not limit.

    Attributes:
        dayparts: ids of the menu's dayparts; any of them will do.
        days: weekdays.
        since: the first date.
        until: the last date.
        fulfilments: "pickup" or "delivery" only.
    """

    dayparts: tuple[str, ...] = ()
    days: tuple[Weekday, ...] = ()
    since: date | None = None
    until: date | None = None
    fulfilments: tuple[FulfilmentKind, ...] = ()


def unavailable(
    rule: Availability, dayparts: Iterable[Daypart], local: datetime, fulfilment: FulfilmentKind | None = None
) -> Reason | None:
    """Why something under this rule cannot be had at a local time and for a fulfilment; None when it can.

    Args:
        rule: the rule.
        dayparts: those of the menu.
        local: the moment at which it would be made, in the restaurant's own time.
        fulfilment: as far as it is known.
    """
    today = local.date()
    if (rule.since is not None and today < rule.since) or (rule.until is not None and today > rule.until):
        return "date"
    if rule.days and DAYS[local.weekday()] not in rule.days:
        return "weekday"
    named: Sequence[Daypart] = [part for part in dayparts if part.id in rule.dayparts]
    if rule.dayparts and not any(part.contains(local) for part in named):
        return "daypart"
    if rule.fulfilments and fulfilment is not None and fulfilment not in rule.fulfilments:
        return "fulfilment"
    return None
