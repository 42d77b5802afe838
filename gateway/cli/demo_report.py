"""What the demo ends with: the order as the POS got it, what was understood, how fast it was, where the recording is.

Figures come from two sides: the gateway's own events and counters, and the phone's ear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.audio.quality import SILENCE_DBFS, AudioQualityMetrics
from gateway.cli.demo_call import Played
from gateway.local.pos import PosReceiver, Received
from gateway.metrics import PERFORMANCE_TARGETS, MetricsCollector, Target
from gateway.orders.wording.money import price_text
from gateway.pos.order_message import Choice, ConfirmedOrder, OrderLine, Reference
from gateway.speech.accuracy import WordErrors, word_errors

NO_ORDER = 3
"""Exit status of a demo in which nothing was ordered, such as what is not on the menu."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the call.

    Attributes:
        webhooks: the verified messages about this call's order, each id once.
        order: the order in the first of them.
        wrong: what is not as it should be; empty when all is well.
    """

    webhooks: tuple[Received, ...]
    order: ConfirmedOrder | None
    wrong: tuple[str, ...]

    @property
    def status(self) -> int:
        """0: one order, one webhook. 3: no order. 1: anything else."""
        if self.wrong:
            return 1
        return 0 if self.order is not None else NO_ORDER


def judge(played: Played, pos: PosReceiver) -> Outcome:
    """Compare what the call's log says with what the POS got."""
    call_id = played.record.call_sid
    orders = (message for message in pos.orders if message.type == "order.confirmed")
    webhooks = tuple(message for message in orders if _call_of(message) == call_id)
    order, wrong = None, []
    placed = played.story is not None and played.story.call.order is not None and played.story.call.order.is_placed
    if len(webhooks) > 1:
        wrong.append(f"the POS got {len(webhooks)} webhooks for one order")
    if placed and not webhooks:
        wrong.append("the order was confirmed, and the POS got nothing")
    if webhooks and not placed:
        wrong.append("the POS got an order that the call does not show as confirmed")
    if pos.refused:
        wrong.append(f"{pos.refused} webhooks had no valid signature")
    if webhooks:
        try:
            order = ConfirmedOrder.model_validate(webhooks[0].data)
        except ValidationError as error:
            wrong.append(f"the webhook does not hold an order: {error.error_count()} mistakes")
    wrong += [f"Twilio would warn {notice.code}: {notice.text}" for notice in played.record.violations]
    return Outcome(webhooks, order, tuple(wrong))


def _call_of(message: Received) -> object:
    """The call that a webhook is about: an earlier demo's order may still have been waiting in the store."""
    call = message.data.get("call")
    return call.get("ref") if isinstance(call, Mapping) else None


def heard_words(played: Played) -> tuple[str, str, WordErrors]:
    """What the caller's voice was told to say, what was understood, and the errors between them."""
    said = " ".join(utterance.text for utterance in played.record.utterances)
    heard = " ".join(played.story.caller_words) if played.story is not None else ""
    return said, heard, word_errors(said, heard)


def read_gateway(exposition: str, metrics: MetricsCollector) -> None:
    """Take over from the gateway's `/metrics` what its events do not say: sound that was lost, sessions that broke."""
    found = {
        sample.name: sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if not sample.labels
    }
    received, missing = (
        round(1000 * found.get(f"gateway_audio_{kind}_seconds_total", 0)) for kind in ("received", "missing")
    )
    underruns = round(found.get("gateway_audio_underruns_total", 0))
    loss = missing / (received + missing) if received + missing else 0.0
    metrics.record_audio_quality(
        AudioQualityMetrics(received // 20, received, missing, loss, 0.0, SILENCE_DBFS, 0.0, underruns)
    )
    for _ in range(round(found.get("gateway_sessions_total", 0))):
        metrics.session_started(1)
    for _ in range(round(found.get("gateway_sessions_failed_total", 0))):
        metrics.session_failed()
    metrics.session_ended(0)


def print_report(out: Console, played: Played, outcome: Outcome, *, zone: ZoneInfo, wav: Path, recorded: bool) -> None:
    """Everything there is to say at the end; times of day are those of the restaurant's `zone`."""
    out.rule("order", align="left")
    if outcome.order is not None:
        out.print(_order(outcome.order, zone))
        message = outcome.webhooks[0]
        verified = "one webhook" if len(outcome.webhooks) == 1 else f"{len(outcome.webhooks)} webhooks"
        out.print(f"POS: {verified} received, signature verified: {escape(message.type)} {escape(message.id)}")
    else:
        out.print("[yellow]no order was placed[/]")
    said, heard, errors = heard_words(played)
    out.rule("words", align="left")
    if recorded:
        out.print(f"understood: {escape(heard)}", soft_wrap=True)
    else:
        out.print(f"said:       {escape(said)}", soft_wrap=True)
        out.print(f"understood: {escape(heard)}", soft_wrap=True)
        out.print(f"word error rate {errors.rate:.1%} ({errors.errors} of {errors.words} words)")
    out.rule("latencies", align="left")
    out.print(_targets(played.metrics))
    out.print(_phone(played))
    out.print(f"recording: {escape(str(wav))} (left: caller, right: agent)", soft_wrap=True)
    for reason in outcome.wrong:
        out.print(f"[red]wrong:[/] {escape(reason)}", soft_wrap=True)


def _order(order: ConfirmedOrder, zone: ZoneInfo) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    for line in order.lines:
        price = "" if line.price is None else price_text(line.price, order.currency)
        table.add_row(f"{line.quantity}", escape(_described(line)), price)
    table.add_row("", "tax", price_text(order.totals.tax, order.currency))
    table.add_row("", "[bold]total[/]", f"[bold]{price_text(order.totals.total, order.currency)}[/]")
    who = ", ".join(part for part in (order.customer.name, order.fulfilment.kind, order.fulfilment.address) if part)
    table.add_row("", f"for {escape(who)}, ready at {order.fulfilment.ready_at.astimezone(zone):%H:%M}", "")
    return table


def _described(line: OrderLine) -> str:
    """A line as a ticket would have it: the other half and what fills the slots of a combo are named."""
    half = "" if line.half_item is None else f" / {line.half_item.name}"
    parts = [_made(part.item, part.variation, part.modifiers) for part in line.parts]
    return _made(line.item, line.variation, line.modifiers, half) + (f": {'; '.join(parts)}" if parts else "")


def _made(item: Reference, variation: Reference | None, modifiers: Sequence[Choice], half: str = "") -> str:
    size = f"{variation.name} " if variation is not None and variation.name != item.name else ""
    choices = ", ".join(map(_choice, modifiers))
    return size + item.name + half + (f" with {choices}" if choices else "")


def _choice(modifier: Choice) -> str:
    action = "" if modifier.action == "add" else f"{modifier.action} "
    place = "" if modifier.placement == "whole" else f" on the {modifier.placement} half"
    return f"{action}{modifier.option.name}{place}"


def _targets(metrics: MetricsCollector) -> Table:
    """The specification's targets against this one call."""
    measured = metrics.get_metrics()
    table = Table("the specification's target", "limit", "this call", "met")
    for target in PERFORMANCE_TARGETS:
        value, met = target.value(measured), target.met(measured)
        shown = "not measured" if value is None else _figure(target, value)
        mark = "" if met is None else "[green]yes[/]" if met else "[red]no[/]"
        limit = f"{'>=' if target.least else '<='} {_figure(target, target.limit)}"
        table.add_row(target.name, limit, shown, mark)
    return table


def _figure(target: Target, value: float) -> str:
    return f"{value:.0f} ms" if target.name.endswith("_MS") else f"{value:.1%}"


def _phone(played: Played) -> Table:
    """The same call at the caller's ear."""
    record = played.record
    table = Table("at the caller's ear", "median", "slowest", "times")
    first = [1000 * s.first_media_s for s in record.streams if s.first_media_s is not None]
    table.add_row("stream's start to the agent's first sound", *_spread(first))
    table.add_row(
        "end of the caller's speech to the agent's first sound", *_spread([1000 * s for s in record.responses_s])
    )
    table.add_row("holes in the agent's speech", str(record.underruns), "", "")
    return table


def _spread(milliseconds: Sequence[float]) -> tuple[str, str, str]:
    if not milliseconds:
        return "", "", "0"
    ordered = sorted(milliseconds)
    return f"{ordered[len(ordered) // 2]:.0f} ms", f"{ordered[-1]:.0f} ms", str(len(ordered))
