"""Why an order is not changed: what `order.py` raises.

All three are answers to whoever asked for the change, and leave the order as it was.
"""

from gateway.orders.order_records import OrderState

MAX_LINES = 50


class OrderClosedError(Exception):
    """The order can no longer be changed that way; `state` says why."""

    def __init__(self, state: OrderState) -> None:
        super().__init__(f"an order that is {state.value} cannot be changed this way")
        self.state = state


class OrderMovedError(Exception):
    """The order is not at the version that a change was meant for: somebody changed it in between."""

    def __init__(self, expected: int, version: int) -> None:
        super().__init__(f"the order has moved on: it is at version {version}, the change was meant for {expected}")
        self.expected = expected
        self.version = version


class OrderFullError(Exception):
    """The order has as many lines as it may have."""

    def __init__(self) -> None:
        super().__init__(f"an order has at most {MAX_LINES} lines")
