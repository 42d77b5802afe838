"""Whatever is ordered is in the body that each POS is sent, by its id there or in words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.order import Line, Modifier, Order, Part
from gateway.orders.pos_systems import SystemSettings
from gateway.pos.adapters.mapping import NotDeliverableError, mapping_gaps
from gateway.pos.adapters.request import request_for
from gateway.pos.adapters.words import pieces
from gateway.pos.order_message import Choice, OrderConfirmed, Reference
from tests.orders.osteria import OSTERIA, ordered
from tests.pos.adapters.orders import CLOVER, SQUARE, TOAST, message_of, with_ids

SYSTEMS: dict[str, SystemSettings] = {"square": SQUARE, "toast": TOAST, "clover": CLOVER}
ACTIONS = st.sampled_from(["add", "no", "extra", "light", "side", "swap"])
PLACEMENTS = st.sampled_from(["whole", "left", "right"])
WORDS = st.text("abcdefgh ÄñIJ;,!?", min_size=1, max_size=60).map(lambda text: f"note {text}".strip())


@st.composite
def choices(draw: st.DrawFn) -> tuple[Modifier, ...]:
    chosen = []
    for _ in range(draw(st.integers(0, 5))):
        group = draw(st.sampled_from(OSTERIA.modifier_groups))
        option, action = draw(st.sampled_from(group.options)), draw(ACTIONS)
        replaced = draw(st.sampled_from(group.options)).id if action == "swap" else None
        chosen.append(
            Modifier(
                group=group.id,
                option=option.id,
                action=action,
                quantity=draw(st.integers(1, 3)),
                placement=draw(PLACEMENTS),
                instead_of=replaced,
            )
        )
    return tuple(chosen)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    item = draw(st.sampled_from(OSTERIA.items))
    parts = []
    for slot in item.slots:
        filling = OSTERIA.item(draw(st.sampled_from(slot.choices)).item)
        assert filling is not None
        form = draw(st.sampled_from([None, *filling.variations]))
        parts.append(
            Part(
                slot=slot.id,
                item_id=filling.id,
                variation_id=None if form is None else form.id,
                modifiers=draw(choices()),
            )
        )
    halves = [other.id for other in OSTERIA.items if item.halves and other.halves and other.id != item.id]
    return Line(
        id="L",
        item_id=item.id,
        variation_id=draw(st.sampled_from(item.variations)).id,
        quantity=draw(st.integers(1, 3)),
        modifiers=draw(choices()),
        half_item_id=draw(st.sampled_from([None, *halves])),
        parts=tuple(parts),
        notes=draw(st.none() | WORDS),
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    drawn = draw(st.lists(lines(), min_size=1, max_size=4))
    return ordered(
        *(line.model_copy(update={"id": f"L{number}"}) for number, line in enumerate(drawn, 1)),
        id="order-1",
        allergies=tuple(draw(st.lists(WORDS, max_size=2))),
        notes=draw(st.none() | WORDS),
    )


def texts(value: Any) -> Iterator[str]:
    """Every string of a body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from texts(entry)


def line_texts(body: dict[str, Any], system: str, line_ref: str, order: Order) -> list[str]:
    """Every string of what one line of the order has become."""
    if system == "square":
        return list(texts([line for line in body["order"]["line_items"] if line.get("uid") == line_ref]))
    if system == "toast":
        return list(texts([s for s in body["checks"][0]["selections"] if s["externalId"].endswith(f":{line_ref}")]))
    entries, at = body["orderCart"]["lineItems"], 0
    for line in order.lines:
        if line.id == line_ref:
            return list(texts(entries[at : at + line.quantity]))
        at += line.quantity
    raise AssertionError(line_ref)


def called(reference: Reference) -> str:
    return reference.kitchen_name or reference.name


def found(reference: Reference, system: str, said: list[str]) -> bool:
    ids = [part for part in reference.pos_ids.get(system, "").split("/") if part]
    name = called(reference)
    return any(pos_id in said for pos_id in ids) or any(name in text for text in said)


def check_choices(made: tuple[Choice, ...], system: str, said: list[str]) -> None:
    for choice in made:
        assert found(choice.option, system, said), choice
        name = called(choice.option)
        spoken = [text for text in said if name in text]
        if choice.placement != "whole":
            assert any(f"{choice.placement.upper()} HALF: " in text for text in spoken), choice
        if choice.instead_of is not None:
            assert any(f"INSTEAD OF {called(choice.instead_of)}" in text for text in spoken), choice
        if choice.action in ("light", "side"):
            assert any("LIGHT" in text or "ON THE SIDE" in text for text in spoken), choice
        if choice.action == "no" and "pre-no" not in said:
            assert any(f"NO {name}" in text for text in spoken), choice


def check(message: OrderConfirmed, order: Order, system: str) -> None:
    body = json.loads(request_for(SYSTEMS[system], message).body)
    everywhere = list(texts(body))
    for allergy in message.data.allergies:
        assert any(allergy.upper() in text for text in everywhere), allergy
    assert message.data.notes is None or any(message.data.notes in text for text in everywhere)
    for line in message.data.lines:
        said = line_texts(body, system, line.ref, order)
        assert message.data.allergy_alert is None or any(message.data.allergy_alert in text for text in said)
        assert line.notes is None or any(line.notes in text for text in said)
        assert found(line.item, system, said) or (line.variation is not None and found(line.variation, system, said))
        if line.variation is not None and line.variation.name != line.item.name:
            assert found(line.variation, system, said), line.variation
        if line.half_item is not None:
            assert any("RIGHT HALF: " in text and called(line.half_item) in text for text in said)
        check_choices(line.modifiers, system, said)
        for part in line.parts:
            words = [text for text in said if f"{part.slot.name.upper()}: " in text]
            assert any(called(part.item) in text for text in words)
            assert part.variation is None or any(part.variation.name in text for text in words)
            check_choices(part.modifiers, system, said)


@given(orders(), st.sets(st.text("abcdefghilmnoprstuvz-", min_size=1, max_size=2), max_size=4))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("system", SYSTEMS)
def test_everything_of_an_order_is_in_the_body_whatever_has_an_id(system: str, order: Order, lost: set[str]) -> None:
    def keep(kind: str, entry_id: str) -> bool:
        return (kind in ("item", "size") and system == "toast") or not any(letters in entry_id for letters in lost)

    check(message_of(order, with_ids(keep)), order, system)


@given(orders())
@settings(max_examples=60, deadline=None)
def test_toast_takes_an_order_or_says_what_is_missing(order: Order) -> None:
    menu = with_ids(lambda kind, entry_id: kind not in ("item", "size") or "p" not in entry_id)
    lacking = {gap.path for gap in mapping_gaps(menu, "toast")}
    places = {item.id: f"items[{at}]" for at, item in enumerate(menu.items)}
    forms = {
        (item.id, v.id): f"{places[item.id]}.variations[{at}]"
        for item in menu.items
        for at, v in enumerate(item.variations)
    }
    needed = {
        path for line in order.lines for path in (places[line.item_id], forms[line.item_id, line.variation_id or ""])
    }
    if needed & lacking:
        with pytest.raises(NotDeliverableError, match="GUIDs of the") as caught:
            request_for(TOAST, message_of(order, menu))
        named = {path for item_id, path in places.items() if f"({item_id})" in str(caught.value)}
        assert named == {path.partition(".")[0] for path in needed & lacking}
    else:
        check(message_of(order, menu), order, "toast")


@given(orders())
@settings(max_examples=60, deadline=None)
def test_square_charges_what_the_caller_was_told(order: Order) -> None:
    message = message_of(order, with_ids())
    if any(line.price is None for line in message.data.lines):
        return
    body = json.loads(request_for(SQUARE, message).body)["order"]
    total = sum(line["base_price_money"]["amount"] * int(line["quantity"]) for line in body["line_items"])
    assert total == message.data.totals.subtotal
    modifiers = [modifier for line in body["line_items"] for modifier in line.get("modifiers", ())]
    assert all(modifier["base_price_money"]["amount"] == 0 for modifier in modifiers)


@given(st.lists(st.text("ab; ", max_size=30), max_size=8), st.integers(1, 40))
def test_pieces_are_the_whole_text_and_fit(notes: list[str], limit: int) -> None:
    cut = pieces(notes, limit)
    assert "".join(cut) == "; ".join(notes)
    assert all(0 < len(piece) <= limit for piece in cut)
