"""Messages for a POS as the scripts take them: keys and arguments, for any number of messages of one restaurant."""

from collections.abc import Sequence

from gateway.store import keys
from gateway.store.records import Delivery


def outbox_keys(restaurant_id: str, deliveries: Sequence[Delivery]) -> list[str]:
    """The keys that scripts want for deliveries of a restaurant: three for each."""
    number = keys.partition(restaurant_id)
    outbox = keys.outbox_key(number)
    return [
        name
        for one in deliveries
        for name in (
            keys.queue_key(number, one.queue), outbox, keys.once_key(restaurant_id, f"delivery:{one.id}")
        )
    ]  # fmt: skip


def messages(deliveries: Sequence[Delivery]) -> list[str | int]:
    """The arguments that scripts want for deliveries."""
    return [len(deliveries), *(part for one in deliveries for part in (one.queue, one.id, one.type, one.payload))]
