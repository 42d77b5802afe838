"""The chaos run: its plan, its callers, its ears and its judgement."""

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from itertools import pairwise

import pytest
from websockets.asyncio.client import connect

from gateway.local.examples import examples
from gateway.local.phone_ear import Heard, Span
from gateway.local.phone_record import CallRecord, Request, StreamRecord, Utterance
from gateway.local.pos import Received
from infra.chaos import silence
from infra.chaos.customer import Customer, Mood, unfinished
from infra.chaos.faults import Kind, Times, lasts
from infra.chaos.judge import Verdict, differs, judge, strangers
from infra.chaos.limits import Leaks, rolling_rules, rules
from infra.chaos.model import MODEL_KEY, Model, Strike
from infra.chaos.orders import NUMBERS, STAFF, WANTED
from infra.chaos.plan import STRUCK, Planned, plan_calls
from infra.chaos.processes import alive, catches
from infra.chaos.ringing import Ringing, Rung
from infra.chaos.silence import Lag, Stretch
from infra.processes import free_ports

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc")
READ_BACK = "One large Pepperoni. One Coke. For Ana, pickup. That comes to twenty dollars with tax. Is that right?"


async def test_a_model_that_has_stalled_stays_so_when_upgrades_are_taken_again() -> None:
    async with Model(0) as model:
        opening = partial(
            connect, f"{model.url}?model=gpt-realtime", additional_headers={"Authorization": f"Bearer {MODEL_KEY}"}
        )
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello?"}]}
        create = json.dumps({"type": "conversation.item.create", "item": item})
        async with opening() as caller, asyncio.timeout(10):
            await caller.send(create)
            while json.loads(await caller.recv())["type"] != "conversation.item.done":
                pass
            assert model.strike(Strike("stall", "Hello?")) == 1
            model.strike(Strike("refuse", code="503"))
            model.strike(Strike("heal"))
            await caller.send(create)
            async with opening() as another:
                await another.recv()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(caller.recv(), 0.2)


# --- orders ---


def test_what_is_wanted_is_on_the_menus_and_no_two_begin_alike() -> None:
    places = examples()
    assert {place: restaurant.numbers[0] for place, restaurant in places.items()} == dict(NUMBERS)
    assert {place: restaurant.transfer_to for place, restaurant in places.items()} == dict(STAFF)
    assert len({wanted.lines[0].said for wanted in WANTED}) == len(WANTED)
    for wanted in WANTED:
        menu = places[wanted.restaurant].menu
        for line in wanted.lines:
            item = menu.item(line.item)
            assert item is not None, line
            assert line.variation in {variation.id for variation in item.variations}
            options = {o.id for group in item.modifier_groups if (g := menu.group(group)) for o in g.options}
            assert set(line.modifiers) <= options, line


# --- plan ---


def test_the_same_seed_gives_the_same_calls_and_every_fault_its_share() -> None:
    plan = plan_calls(200, 7, Times(), 12)
    assert plan == plan_calls(200, 7, Times(), 12)
    assert plan != plan_calls(200, 8, Times(), 12)
    assert Counter(call.fault for call in plan) == dict.fromkeys(STRUCK, 10)
    assert len({call.caller for call in plan}) == 200
    assert [call.number for call in plan] == list(range(1, 201))
    assert min(call.starts for call in plan) == 0


def test_faults_of_everybody_have_slots_of_their_own() -> None:
    times = Times()
    plan = plan_calls(200, 3, times, 12)
    slots = sorted((call.starts + call.moment, lasts(call.fault, times)) for call in plan if lasts(call.fault, times))
    for (begin, taken), (following, _) in pairwise(slots):
        assert begin + taken <= following + 1e-6


# --- callers ---


def customer(which: int = 0) -> Customer:
    return Customer(WANTED[which], "Ana")


def test_a_caller_orders_answers_and_says_yes_to_a_right_read_back_alone() -> None:
    ana = customer()
    assert ana.reply("Hi, this is Casa Verde. What can I get for you?") == "A large pepperoni, please."
    assert ana.reply("Got it. Anything else?") == "A Coke."
    assert ana.reply("Got it. Anything else?") == "No, that's all."
    assert ana.reply("What name is it for, and is it pickup or delivery?") == "Ana, pickup."
    assert ana.reply("Just to be sure: is the order right, yes or no?") == "Could you repeat the order, please?"
    assert not ana.yes
    assert ana.reply(READ_BACK) == "Yes."
    assert ana.yes
    assert ana.reply("Just to be sure: is the order right, yes or no?") == "Yes."
    assert ana.reply("Thank you, Ana. The order is placed and will be ready in 20 minutes. Goodbye!") == ""
    assert ana.placed
    assert ana.mood is Mood.WAITING


@pytest.mark.parametrize(
    ("read_back", "answer"),
    [
        (READ_BACK.replace(" One Coke.", ""), "Please add a Coke."),
        (READ_BACK.replace("One Coke", "Two Coke"), "Please cancel the order."),
        (READ_BACK.replace("One Coke.", "One Coke. One Sprite."), "Please cancel the order."),
        (READ_BACK.replace("large", "small"), "Please cancel the order."),
    ],
    ids=["missing", "twice", "surplus", "another size"],
)
def test_a_wrong_read_back_gets_no_yes(read_back: str, answer: str) -> None:
    ana = customer()
    assert ana.reply(read_back) == answer
    assert not ana.yes
    assert ana.unfit == (read_back,)
    assert ana.reply("Just to be sure: is the order right, yes or no?") == "Could you repeat the order, please?"


def test_a_read_back_behind_a_question_is_a_read_back() -> None:
    ana = customer()
    for before in ("Just to be sure: is the order right, yes or no?", "For the Wings: which sauce, BBQ or Garlic?"):
        assert customer().reply(f"Sorry, we were cut off. {before} {READ_BACK}") == "Yes."
    assert ana.reply(READ_BACK.replace("One Coke", "Twelve Coke")) == "Please cancel the order."


def test_who_was_cut_off_goes_on_and_who_said_yes_does_not_order_again() -> None:
    ana = customer()
    ana.reply("What can I get for you?")
    ana.rings()
    assert ana.reply("Welcome back. I still have your order: one large Pepperoni. Shall we go on with it?") == "Yes."
    assert ana.reply("Good. Anything else?") == "A Coke."
    ana.reply(READ_BACK)
    ana.rings()
    assert ana.reply("Hi, this is Casa Verde. What can I get for you?") == ""
    assert ana.mood is Mood.LEAVING


def test_an_agent_who_has_forgotten_everything_is_told_everything() -> None:
    ana = customer()
    ana.reply("What can I get for you?")
    assert ana.reply("Sorry, I am back. What can I get you?") == "A large pepperoni, please."
    assert ana.fixes == 1


def test_choices_are_answered_by_the_dish_that_is_asked_about() -> None:
    ben = customer(12)  # rings and a root beer
    assert ben.reply("Got it. Which size for the Root Beer: small, medium or large?") == "Large."


def test_a_broken_off_sentence_is_no_question() -> None:
    assert unfinished("One large Pepp")
    assert not unfinished("Anything else?")
    assert not unfinished("")


# --- ears ---


def record(**changes: object) -> CallRecord:
    made = CallRecord("CA1", answered_s=1.0, duration_s=20.0)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_waits_are_what_is_left_between_the_agent_and_the_caller() -> None:
    call = record(spoken=[Span(1.0, 3.0), Span(9.5, 12.0)], utterances=[Utterance("Wings.", 3.5, 4.0)])
    assert silence.waits(call) == [Stretch(3.0, 3.5), Stretch(4.0, 9.5), Stretch(12.0, 20.0)]
    assert silence.longest(record(spoken=[Span(1.0, 14.0)]), 100.0, []) == (6.0, 6.0)


def test_what_the_harness_was_late_is_no_silence_of_the_agent() -> None:
    call = record(spoken=[Span(1.0, 3.0), Span(9.0, 20.0)])
    assert silence.longest(call, 100.0, [Lag(105.0, 2.5), Lag(200.0, 9.0)]) == (6.0, 3.5)


def test_recovery_from_a_lost_stream_ends_with_the_next_word() -> None:
    first = StreamRecord("MZ1", started=1.0, ended=5.0, ended_by="dropped")
    second = StreamRecord("MZ2", started=5.2, ended=19.0, ended_by="gateway", close_code=1000)
    call = record(streams=[first, second], spoken=[Span(1.0, 5.0), Span(6.5, 8.0)])
    assert silence.after_lost_streams(call) == [1.5]
    killed = record(streams=[StreamRecord("MZ1", started=1.0, ended=5.0)], spoken=[Span(1.0, 5.0)])
    assert silence.after_lost_streams(killed) == [15.0], "nobody speaks again: to the end of the call"
    assert silence.after_lost_streams(record(streams=[second])) == []


def test_what_is_said_right_behind_something_else_is_a_next_word() -> None:
    heard = [Heard(1.0, "The call is transcribed.", "", "document"), Heard(2.7, "Hi", "Hi", "document")]
    call = record(heard=heard, spoken=[Span(1.0, 4.0), Span(6.0, 7.0)])
    assert silence.next_word(call, 2.5) == 2.7
    assert silence.next_word(call, 3.0) == 6.0


def test_recovery_from_a_lost_model_leaves_out_what_was_being_said() -> None:
    talking = record(spoken=[Span(1.0, 6.0), Span(7.0, 8.0)])
    assert silence.after_model_loss(talking, 4.0) == 1.0
    caller = record(spoken=[Span(1.0, 3.0), Span(9.0, 10.0)], utterances=[Utterance("Wings.", 4.0, 8.0)])
    assert silence.after_model_loss(caller, 3.5) == 1.0
    assert silence.after_model_loss(record(spoken=[Span(1.0, 3.0)]), 5.0) == 15.0


def test_a_redial_counts_what_is_not_the_disclosure() -> None:
    for source in ("stream", "document"):
        heard = [Heard(0.5, "The call is transcribed.", "", "document"), Heard(3.0, "Hi", "Hi", source)]
        call = record(heard=heard, spoken=[Span(0.5, 2.5), Span(3.0, 4.0)])
        assert silence.after_redial(call) == 1.0


def test_ringing_is_no_silence() -> None:
    whisper = Request(5.0, "http://127.0.0.1:1/twiml/whisper?leg=2", {}, 200, 1)
    call = record(spoken=[Span(1.0, 4.0), Span(12.0, 13.0)], requests=[whisper])
    assert max(wait.length for wait in silence.waits(call)) == 1.0


# --- judgement ---


def at_pos(call_sid: str = "CA1", **changes: object) -> Received:
    lines = [
        {"quantity": 1, "item": {"ref": "pepperoni"}, "variation": {"ref": "large"}, "modifiers": []},
        {"quantity": 1, "item": {"ref": "coke"}, "variation": {"ref": "regular"}, "modifiers": []},
    ]
    data: dict[str, object] = {
        "order_ref": f"order-{call_sid}",
        "lines": lines,
        "customer": {"name": "Ana"},
        "fulfilment": {"kind": "pickup"},
        "restaurant": {"ref": "casa-verde"},
    }
    return Received(f"id-{call_sid}", "order.confirmed", data | changes, b"")


def rung(*, yes: bool = True, placed: bool = True, handed: bool = False) -> Ringing:
    planned = Planned(1, 0.0, WANTED[0], "Ana", "+15557000000", Kind.LINE_DROP, 5.0, 0.5)
    ringing = Ringing(planned, Customer(WANTED[0], "Ana", yes=yes, placed=placed))
    ringing.calls.append(Rung(record(spoken=[Span(1.0, 20.0)]), 100.0, handed=handed))
    return ringing


def test_a_confirmed_order_is_exact_once_and_of_the_right_content() -> None:
    verdict = judge(rung(), [], {"order-CA1": "submitted"}, [at_pos()])
    assert (verdict.confirmed, verdict.exact, verdict.wrong) == (True, True, [])
    assert all(rule.holds for rule in rules([verdict], Leaks(), []))


@pytest.mark.parametrize(
    ("ringing", "received", "wrong"),
    [
        (rung(), [], "the POS has no order"),
        (rung(), [at_pos(), at_pos()], "the POS has 2 orders"),
        (rung(), [at_pos(customer={"name": "Eve"})], "for Eve, not Ana"),
        (rung(), [at_pos(lines=[])], "wanted is"),
        (rung(yes=False, placed=False, handed=True), [at_pos()], "not confirmed"),
        (rung(yes=False, placed=False), [], "neither placed nor"),
        (rung(handed=True), [at_pos()], "although the order is placed"),
    ],
    ids=["lost", "twice", "another name", "nothing in it", "not confirmed", "nothing", "needless"],
)
def test_what_went_wrong_is_named_and_breaks_a_rule(ringing: Ringing, received: list[Received], wrong: str) -> None:
    stored = {"order-CA1": "submitted"} if ringing.customer.yes else {}
    verdict = judge(ringing, [], stored, received)
    assert any(wrong in told for told in verdict.wrong), verdict.wrong
    assert not all(rule.holds for rule in rules([verdict], Leaks(), []))


def test_a_silence_breaks_its_rule_unless_the_harness_was_late() -> None:
    ringing = rung()
    ringing.calls[0].record.spoken = [Span(1.0, 3.0), Span(8.5, 20.0)]
    verdict = judge(ringing, [], {}, [at_pos()])
    assert [rule.text for rule in rules([verdict], Leaks(), []) if not rule.holds] == ["calls with a silence over 4 s"]
    late = judge(ringing, [Lag(105.0, 1.2)], {}, [at_pos()])
    assert late.silence == pytest.approx(4.3)
    assert late.disturbed
    assert all(rule.holds for rule in rules([late], Leaks(), []))


def test_leaks_strangers_and_slow_recoveries_break_their_rules() -> None:
    good = Verdict(1, Kind.MODEL_DROP, struck=True, calls=1, confirmed=True, exact=True, at_pos=1)
    assert sum(not rule.holds for rule in rules([good], Leaks(1, 1, 1, 1, 1, 1), ["order-CA9"])) == 6
    good.lost, good.model = [3.1], [2.1]
    assert sum(not rule.holds for rule in rules([good], Leaks(), [])) == 2
    assert strangers([rung()], [at_pos(), at_pos("CA9")]) == ["order-CA9"]
    assert differs(at_pos().data, WANTED[0], "Ana") == []


def test_a_rolling_restart_that_moved_nobody_proves_nothing() -> None:
    calm = Verdict(1, Kind.NONE, struck=False, calls=1, confirmed=True, exact=True, at_pos=1)
    assert [rule.holds for rule in rolling_rules([calm], 1)] == [True, False, True, True]
    calm.lost = [0.5]
    assert all(rule.holds for rule in rolling_rules([calm], 1))


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert silence.percentile(values, 0.95) == 95.0
    assert silence.percentile(values[:20], 0.95) == 99.0
    assert silence.percentile([2.0], 0.95) == 2.0
    assert silence.percentile([], 0.5) is None


# --- processes ---


@LINUX
def test_processes_are_known_by_what_they_handle() -> None:
    code = "import signal,time; signal.signal(signal.SIGHUP, lambda *_: None); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:  # noqa: S603 - our own
        assert child.stdout is not None
        child.stdout.readline()
        assert catches(child.pid, signal.SIGHUP)
        assert not catches(child.pid, signal.SIGTERM)
        assert alive(child.pid)
        child.kill()
    assert not alive(child.pid)
    assert len(set(free_ports(3))) == 3
