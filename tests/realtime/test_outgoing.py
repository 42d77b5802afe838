"""Messages to the model: numbered, in order, taken once; and a protocol that is freed as soon as it is let go."""

import gc
import json
import weakref

from gateway.realtime.config import ModelConfig
from gateway.realtime.outgoing import Outgoing
from gateway.realtime.protocol import RealtimeProtocol


def test_messages_are_numbered_kept_in_order_and_taken_once() -> None:
    outgoing = Outgoing()
    assert outgoing.send("response.create") == "gw_1"
    assert outgoing.send("conversation.item.delete", item_id="item_1") == "gw_2"
    assert [json.loads(raw) for raw in outgoing.take()] == [
        {"type": "response.create", "event_id": "gw_1"},
        {"type": "conversation.item.delete", "event_id": "gw_2", "item_id": "item_1"},
    ]
    assert outgoing.take() == []
    assert outgoing.send("response.create") == "gw_3"


def test_a_protocol_is_freed_without_the_collector() -> None:
    gc.disable()
    try:
        protocol = RealtimeProtocol("CA1", ModelConfig("gpt-realtime-2.1"))
        protocol.configure("Take orders.", (), ())
        protocol.request_response()
        left = weakref.ref(protocol)
        del protocol
        assert left() is None
    finally:
        gc.enable()
