"""When an order can be had: the hours with the time it takes, last orders, and times that the caller chose.

Rules kept here: an order for as soon as possible must be ready before or at closing time; a scheduled time lies in the
opening hours, holidays included, leaves the kitchen its time, and is not further ahead than the hours are known. All
by instants, so that the nights when the clocks change are right.
"""

from datetime import datetime, timedelta

from gateway.orders.offer import Pause
from gateway.orders.order import Fulfilment
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.outcome import ToolContext

LEAD_GRACE = timedelta(minutes=5)
"""How much of the kitchen's time may pass between choosing a scheduled time and confirming it: one call's talk."""
DAYS_AHEAD = 14
_INSTEAD = "Tell the caller, and offer to schedule it, or to take a message."


def quote(restaurant: Restaurant, context: ToolContext) -> timedelta:
    """How long an order takes now."""
    return timedelta(minutes=context.quote_minutes or restaurant.quote_minutes)


def takes_calls(restaurant: Restaurant, now: datetime) -> bool:
    """Whether the agent has something to offer at `now` (aware): orders, or while it is closed messages and orders for
    later. Not when it opens only after orders can be scheduled, nor when the restaurant wants no calls while closed.
    """
    if restaurant.is_open(now):
        return True
    opens = restaurant.next_opening(now)
    return restaurant.after_hours == "agent" and opens is not None and opens <= now + timedelta(days=DAYS_AHEAD)


def ready_at(fulfilment: Fulfilment | None, restaurant: Restaurant, context: ToolContext) -> datetime:
    """When the caller has the food: the scheduled time, else as soon as the kitchen can (aware, UTC)."""
    scheduled = None if fulfilment is None else fulfilment.at
    return scheduled or context.now + quote(restaurant, context)


def not_then(fulfilment: Fulfilment | None, restaurant: Restaurant, context: ToolContext) -> str | None:
    """Why an order cannot be made for its time, with the times that can be had; None when it can.

    The words are for the model, to tell the caller by.
    """
    scheduled = None if fulfilment is None else fulfilment.at
    if scheduled is None:
        return _not_right_away(restaurant, context)
    wanted = _when(scheduled, restaurant, context)
    earliest = context.now + quote(restaurant, context)
    if scheduled < context.now:
        return f"The scheduled time, {wanted}, is past. Ask for another."
    if scheduled + LEAD_GRACE < earliest:
        soonest = _when(earliest, restaurant, context)
        return f"{wanted} is too soon: it takes until {soonest}. Ask for a later time."
    if scheduled > context.now + timedelta(days=DAYS_AHEAD):
        return f"Orders can be scheduled up to {DAYS_AHEAD} days ahead. Ask for an earlier time."
    # At closing time itself food can still be handed out: the instant before it counts.
    if not restaurant.is_open(scheduled) and not restaurant.is_open(scheduled - timedelta.resolution):
        opens = _opening(scheduled, restaurant, context)
        return f"{restaurant.name} is closed then, {wanted}.{opens} Ask for another time."
    return None


def _not_right_away(restaurant: Restaurant, context: ToolContext) -> str | None:
    """Why an order for as soon as possible comes outside the hours, or after last orders."""
    until = restaurant.open_until(context.now)
    if until is None:
        opens = _opening(context.now, restaurant, context)
        return f"{restaurant.name} is closed now and takes no orders.{opens} {_INSTEAD}"
    if context.pause is not None and context.pause.holds(context.now):
        return f"{_paused(context.pause, restaurant, context)} {_INSTEAD}"
    takes = quote(restaurant, context)
    if context.now + takes > until:
        opens = _opening(until, restaurant, context)
        minutes = takes // timedelta(minutes=1)
        told = (
            f"{restaurant.name} closes at {until:%H:%M} and an order takes about {minutes} minutes: too late for now."
        )
        return f"{told}{opens} {_INSTEAD}"
    return None


def _paused(pause: Pause, restaurant: Restaurant, context: ToolContext) -> str:
    """That the kitchen takes no orders for the moment, why, and until when."""
    why = "" if pause.reason is None else f" ({pause.reason})"
    until = "for the moment" if pause.until is None else f"until {_when(pause.until, restaurant, context)}"
    return f"{restaurant.name} takes no orders for right away {until}{why}."


def _opening(after: datetime, restaurant: Restaurant, context: ToolContext) -> str:
    """A sentence that says when it opens next, or nothing when it never does."""
    opens = restaurant.next_opening(after)
    return "" if opens is None else f" It opens {_when(opens, restaurant, context)}."


def _when(instant: datetime, restaurant: Restaurant, context: ToolContext) -> str:
    """`Friday at 19:30`, in local time; with the date where the weekday alone could be two days."""
    local, today = instant.astimezone(restaurant.zone), context.now.astimezone(restaurant.zone)
    near = abs((local.date() - today.date()).days) < 7
    return f"{local:%A at %H:%M}" if near else f"{local:%A, %B} {local.day} at {local:%H:%M}"
