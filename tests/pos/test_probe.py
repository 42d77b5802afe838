"""A test message: what it says of itself, and what every failure of it means, on real sockets."""

import json
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from gateway.local.pos import Fault, PosReceiver
from gateway.orders.restaurant import PosEndpoint
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.pos.call_message import MESSAGES
from gateway.pos.probe import TEST_NOTE, Probe, _explained, probe, trial_message
from gateway.pos.worker import delivery_client
from tests.deployments import free_ports
from tests.pos.conftest import SECRET

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUSE = load_restaurants(SHIPPED, {})[1]


async def sent(url: str, *, secret: str = SECRET, allow_private: bool = True, timeout_s: float = 5) -> Probe:
    now = datetime.now(UTC)
    message_id, body = trial_message("order.confirmed", HOUSE, now, "ab12")
    endpoint = PosEndpoint(url=url, secrets=(SecretStr(secret),))
    async with delivery_client(allow_private=allow_private) as client:
        return await probe(client, endpoint, message_id, body, now, timeout_s)


@pytest.mark.parametrize("event", MESSAGES)
def test_each_message_is_of_the_restaurant_and_says_that_it_is_a_test(event: str) -> None:
    message_id, body = trial_message(event, HOUSE, NOW, "ab12")
    message = json.loads(body)
    assert message_id == f"test-ab12_{event.replace('.', '-')}_1"
    assert message["test"] is True
    assert message["timestamp"] == "2026-11-25T12:00:00Z"
    assert message["data"]["restaurant"]["ref"] == HOUSE.id
    MESSAGES[event].model_validate(message)
    assert isinstance(message["data"], Mapping)
    if event in ("order.confirmed", "order.changed"):
        assert message["data"]["notes"] == TEST_NOTE
        assert message["data"]["order_ref"] == message["data"]["idempotency_key"] == "test-ab12"


async def test_what_is_received(pos: PosReceiver) -> None:
    found = await sent(pos.url)
    assert (found.status, found.reason, found.fix) == (204, "", "")
    assert [order.type for order in pos.orders] == ["order.confirmed"]


@pytest.mark.parametrize(
    ("fault", "reason", "fix"),
    [
        (Fault("status", status=404), "nothing is served there", "the path '/orders'"),
        (Fault("status", status=410), "it wants nothing more", "disabled the endpoint"),
        (Fault("status", status=418), "nothing but 2xx", "answer 204"),
        (Fault("status", status=503), "it failed by itself", "its log"),
        (
            Fault("status", status=308, headers={"location": "https://pos.example/v2"}),
            "a redirect, which is never followed",
            "url = 'https://pos.example/v2'",
        ),
        (Fault("status", status=302), "a redirect", "url = 'the place that it names'"),
        (Fault("half"), "the answer broke off", "dies over it"),
    ],
)
async def test_what_is_refused(pos: PosReceiver, fault: Fault, reason: str, fix: str) -> None:
    pos.faults = [fault]
    found = await sent(pos.url)
    assert reason in found.reason
    assert fix in found.fix


async def test_another_secret(pos: PosReceiver) -> None:
    found = await sent(pos.url, secret="whsec_" + "A" * 43 + "=")
    assert (found.status, found.reason) == (401, "it refused the signature")
    assert "the same secret" in found.fix


async def test_no_answer_in_time(pos: PosReceiver) -> None:
    pos.faults = [Fault("hang")]
    found = await sent(pos.url, timeout_s=0.1)
    assert (found.status, found.reason) == (None, "no complete answer in 0.1 s")


async def test_where_nothing_can_be_reached(pos: PosReceiver) -> None:
    [free] = free_ports(1)
    assert (await sent(f"http://127.0.0.1:{free}/")).reason == "127.0.0.1 refuses the connection"
    assert (await sent("http://pos.invalid/")).reason == "DNS: there is no host pos.invalid"
    assert (await sent(pos.url.replace("http:", "https:"))).reason.startswith("TLS: no connection could be agreed on")
    private = await sent(pos.url, allow_private=False)
    assert private.reason == "127.0.0.1 has a private address, and those are guarded against"
    assert (await sent("http://pos.invalid/", allow_private=False)).reason == "DNS: there is no host pos.invalid"
    assert pos.requests == 0


def test_a_certificate_that_does_not_hold_and_what_nobody_foresaw() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "Hostname mismatch"
    reason, fix = _explained(error, "https://pos.example/", 10)
    assert reason == "TLS: the certificate of pos.example does not hold (Hostname mismatch)"
    assert "certificate" in fix
    assert _explained(RuntimeError(), "https://pos.example/", 10)[0] == "the answer broke off, or was not HTTP"
