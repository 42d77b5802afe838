"""What is to be delivered: orders of several restaurants, most of one message, some changed afterwards."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.store import Delivery

RESTAURANTS: Final = tuple(f"house-{number}" for number in range(24))


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order and its messages: the first is its submit, the others came after it."""

    restaurant_id: str
    order_id: str
    messages: tuple[Delivery, ...]


def planned(count: int, seed: int) -> Iterator[PlannedOrder]:
    """So many orders, and more messages: every fourth order is changed once, every twelfth twice."""
    draw = random.Random(seed)  # noqa: S311 - a plan, no secret
    for number in range(1, count + 1):
        changes = 2 if number % 12 == 0 else 1 if number % 4 == 0 else 0
        order_id = f"order-{seed}-{number}"
        messages = tuple(_message(order_id, sequence + 1, draw) for sequence in range(1 + changes))
        yield PlannedOrder(draw.choice(RESTAURANTS), order_id, messages)


def _message(order_id: str, sequence: int, draw: random.Random) -> Delivery:
    kind = "order.confirmed" if sequence == 1 else "order.changed"
    lines = [{"ref": f"L{line}", "quantity": draw.randint(1, 4), "name": "Margherita"} for line in range(6)]
    data = {"version": 1, "order_ref": order_id, "sequence": sequence, "lines": lines, "notes": "x" * 600}
    body = json.dumps({"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data})
    return Delivery(f"{order_id}_{kind.replace('.', '-')}_{sequence}", order_id, kind, body)
