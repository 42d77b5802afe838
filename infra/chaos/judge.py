"""What became of every call, judged from the caller's ear, the store and the POS; not from our order. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.local.pos import Received
from infra.chaos.faults import LINE_AND_PROCESS, Kind
from infra.chaos.orders import Wanted
from infra.chaos.ringing import Ringing, Rung
from infra.chaos.silence import Lag, after_lost_streams, after_model_loss, after_redial, longest

SILENCE_S: Final = 4.0


@dataclass(slots=True)
class Verdict:
    """One caller's, over all of the calls it took.

    Attributes:
        number: the caller's, as planned.
        fault: what went wrong.
        struck: it did go wrong, while the call was on.
        calls: how often it rang.
        confirmed: it said yes to a right read-back, and heard that the order is placed or the store has it as placed.
        placed: it heard that.
        exact: the POS has the order once, with the right content.
        at_pos: how many orders of this caller the POS has.
        handed: it was put through to a person.
        text_only: it was served without the voice model.
        silence: the longest wait, seconds, without what the harness was late.
        disturbed: the harness was late in that wait by more than it can be trusted.
        lost: seconds to the agent's next word after a stream or the line was lost, each time.
        model: likewise after the loss of the model's connection.
        wrong: what does not hold, in words.
    """

    number: int
    fault: Kind
    struck: bool
    calls: int
    confirmed: bool = False
    placed: bool = False
    exact: bool = False
    at_pos: int = 0
    handed: bool = False
    text_only: bool = False
    silence: float = 0.0
    disturbed: bool = False
    lost: list[float] = field(default_factory=list)
    model: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def judge(
    ringing: Ringing,
    lags: Sequence[Lag],
    stored: Mapping[str, str],
    received: Sequence[Received],
    closed: Sequence[tuple[float, float]] = (),
) -> Verdict:
    """Judge a caller.

    Args:
        ringing: what it did and heard.
        lags: of the harness.
        stored: the state of every order that the store has, by its id.
        received: all that the POS got.
        closed: when the model refused everybody (the loop's clock); what was lost then cannot come back before.
    """
    customer, planned = ringing.customer, ringing.planned
    verdict = Verdict(planned.number, planned.fault, ringing.struck_at is not None, len(ringing.calls))
    ids = {f"order-{rung.record.call_sid}" for rung in ringing.calls}
    orders = [got for got in received if got.type == "order.confirmed" and got.data["order_ref"] in ids]
    submitted = any(stored.get(order_id) not in (None, "cancelled") for order_id in ids)
    verdict.placed = customer.placed
    verdict.confirmed = (customer.yes and submitted) or customer.placed
    verdict.at_pos = len(orders)
    differences = [difference for got in orders for difference in differs(got.data, planned.wanted, customer.name)]
    verdict.exact = len(orders) == 1 and not differences
    verdict.handed = any(rung.handed for rung in ringing.calls)
    verdict.text_only = any(_gathered(rung) for rung in ringing.calls)
    _waited(verdict, ringing, lags, closed)
    wrong = verdict.wrong
    wrong += differences
    if verdict.confirmed and not orders:
        wrong.append("confirmed, and the POS has no order")
    if len(orders) > 1:
        wrong.append(f"the POS has {len(orders)} orders")
    if orders and not customer.yes:
        wrong.append("the POS has an order that the caller has not confirmed")
    if verdict.placed and verdict.handed:
        wrong.append("put through to a person although the order is placed")
    if not verdict.confirmed and not verdict.handed:
        wrong.append("neither placed nor put through to a person")
    if verdict.silence > SILENCE_S and not verdict.disturbed:
        wrong.append(f"{verdict.silence:.1f} s of silence")
    broken = [str(notice) for rung in ringing.calls for notice in rung.record.violations]
    wrong += [f"Twilio's rules: {text}" for text in broken]
    if ringing.trouble:
        wrong.append(f"the harness: {ringing.trouble}")
    return verdict


def _waited(verdict: Verdict, ringing: Ringing, lags: Sequence[Lag], closed: Sequence[tuple[float, float]]) -> None:
    """Fill in what the caller waited for."""
    for place, rung in enumerate(ringing.calls):
        raw, own = longest(rung.record, rung.began, lags)
        if own > verdict.silence:
            verdict.silence = own
            verdict.disturbed = raw - own > 1.0
        verdict.lost += after_lost_streams(rung.record) if not rung.lost else after_lost_streams(rung.record)[:-1]
        if place and ringing.calls[place - 1].lost:
            verdict.lost.append(after_redial(rung.record))
        at = ringing.struck_at
        if at is not None and verdict.fault is Kind.MODEL_DROP and 0 <= at - rung.began <= rung.record.duration_s:
            took = after_model_loss(rung.record, at - rung.began)
            if not any(begin < at + took and at < end for begin, end in closed):
                verdict.model.append(took)


def _gathered(rung: Rung) -> bool:
    asked = (request.params for request in rung.record.requests)
    return any("SpeechResult" in params or "Digits" in params for params in asked)


def differs(order: Mapping[str, Any], wanted: Wanted, name: str) -> list[str]:
    """Where the POS's order is not what the caller wanted."""
    expected = Counter(
        (line.quantity, line.item, line.variation, tuple(sorted(line.modifiers))) for line in wanted.lines
    )
    found = Counter(
        (
            line["quantity"],
            line["item"]["ref"],
            line["variation"]["ref"],
            tuple(sorted(modifier["option"]["ref"] for modifier in line["modifiers"])),
        )
        for line in order["lines"]
    )
    differences = []
    if found != expected:
        differences.append(f"the POS has {sorted(found.elements())}, wanted is {sorted(expected.elements())}")
    if order["customer"]["name"] != name:
        differences.append(f"the order is for {order['customer']['name']}, not {name}")
    if order["fulfilment"]["kind"] != "pickup":
        differences.append(f"the order is for {order['fulfilment']['kind']}, not for pickup")
    if order["restaurant"]["ref"] != wanted.restaurant:
        differences.append(f"the order is at {order['restaurant']['ref']}")
    return differences


def strangers(ringing: Sequence[Ringing], received: Sequence[Received]) -> list[str]:
    """Orders at the POS that belong to no caller."""
    known = {f"order-{rung.record.call_sid}" for each in ringing for rung in each.calls}
    orders = (got for got in received if got.type.startswith("order."))
    return [str(got.data["order_ref"]) for got in orders if got.data["order_ref"] not in known]


def of_line_and_process(verdicts: Sequence[Verdict]) -> list[float]:
    """Every recovery from the loss of a line or a process, whosever fault it was."""
    return [seconds for verdict in verdicts for seconds in verdict.lost]


def of_model(verdicts: Sequence[Verdict]) -> list[float]:
    """Every recovery from the loss of a model's connection."""
    return [seconds for verdict in verdicts for seconds in verdict.model]


def recoveries(verdict: Verdict) -> list[float]:
    """What the table shows for the verdict's kind of fault."""
    return verdict.lost if verdict.fault in LINE_AND_PROCESS else verdict.model
