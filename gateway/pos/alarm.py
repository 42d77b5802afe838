"""An order that the POS does not have in time: what those are told who can do something about it."""

from dataclasses import dataclass


class AlarmNotToldError(Exception):
    """Those who are to know of an alarm could not be reached now; a later try may do."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An order that was not delivered.

    Attributes:
        restaurant_id: whose it is.
        order_id: the order's queue.
        delivery_id: of the message that the POS does not have.
        reason: what the last attempt ended with.
        age_s: seconds since the submit.
        payload: the message, JSON.
    """

    restaurant_id: str
    order_id: str
    delivery_id: str
    reason: str
    age_s: float
    payload: str
