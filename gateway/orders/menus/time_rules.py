"""Whether what a menu limits in time can be had at some time: dayparts, weekdays, dates, fulfilments.

Rule kept here: when something can be had is asked of `availability.unavailable` itself, as it is at the counter.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from gateway.orders.availability import Availability, FulfilmentKind, unavailable
from gateway.orders.menus.entries import Entries
from gateway.orders.menus.problems import Problem

_SOME_DAY = date(2000, 1, 3)
_WEEK = 7
_LAST = date.max - timedelta(days=_WEEK)
_FULFILMENTS: tuple[FulfilmentKind, ...] = ("pickup", "delivery")


def time_rules(entries: Entries) -> Iterator[Problem]:
    """Every limit that is unknown, and every item that can never be had."""
    limits: dict[str, Availability] = {}
    for index, category in entries.categories.items():
        if category.availability is not None:
            broken = list(_broken(f"categories[{index}].availability", category.availability, entries))
            yield from broken
            if not broken:
                limits[category.id] = category.availability
    for index, item in entries.items.items():
        if item.availability is not None:
            here = f"items[{index}].availability"
            broken = list(_broken(here, item.availability, entries))
            yield from broken
            if not broken and item.category in limits and _never([item.availability, limits[item.category]], entries):
                reason = f"it can never be had: its category {item.category} is on offer at other times"
                yield Problem(here, reason, "let the two overlap, or take one of them off")


def _broken(here: str, rule: Availability, entries: Entries) -> Iterator[Problem]:
    """What is wrong with one limit by itself."""
    for at, daypart_id in enumerate(rule.dayparts):
        if daypart_id not in entries.known["dayparts"]:
            fix = "use the id of an entry of dayparts, or add one"
            yield Problem(f"{here}.dayparts[{at}]", f"no daypart {daypart_id}", fix)
    if rule.since is not None and rule.until is not None and rule.since > rule.until:
        yield Problem(f"{here}.since", "since is later than until", "exchange the two dates")
    elif _never([rule], entries):
        reason = "it can never be had: its dayparts, days and dates have no time in common"
        yield Problem(here, reason, "let them overlap, or take one of them off")


def _never(rules: Sequence[Availability], entries: Entries) -> bool:
    """Whether no moment satisfies all of the rules; False where a daypart that they name is not known well enough.

    What can be had begins where a daypart or a day begins, so a week of those moments is all there is to ask, from the
    first day that every rule allows.
    """
    dayparts = tuple(entries.dayparts.values())
    well_formed = {daypart.id for daypart in dayparts}
    if any(daypart_id not in well_formed for rule in rules for daypart_id in rule.dayparts):
        return False
    first = max((rule.since for rule in rules if rule.since is not None), default=_SOME_DAY)
    clocks = {time(), *(time.fromisoformat(part.start) for part in dayparts if part.start != "24:00")}
    moments = [
        datetime.combine(min(first, _LAST) + timedelta(days=day), clock) for day in range(_WEEK) for clock in clocks
    ]
    return not any(
        all(unavailable(rule, dayparts, moment, kind) is None for rule in rules)
        for moment in moments
        for kind in _FULFILMENTS
    )
