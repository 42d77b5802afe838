"""A log as it may come: newer, torn, out of order, twice, headless. What is sound is kept, the rest is told."""

import pytest

from gateway.call.log_reader import ProblemKind, ReadLog, log_damaged, read_log
from gateway.events import CallStarted, LogDamaged, read_event
from tests.call.conversation import Conversation, answer

Entries = list[tuple[str, str]]


@pytest.fixture
def entries(ordering: Conversation) -> Entries:
    """The log of a call whose order is taken, as one leg numbers it."""
    begun = [("call.started", ordering.log[0].to_json()), ("call.disclosed", ordering.log[1].to_json())]
    return begun + [(f"1-{number}", event.to_json()) for number, event in enumerate(ordering.log[2:], 1)]


def kinds(log: ReadLog) -> list[ProblemKind]:
    return [problem.kind for problem in log.problems]


def test_a_sound_log_is_its_events(entries: Entries, ordering: Conversation) -> None:
    log = read_log(entries)
    assert (list(log.events), log.problems, log.damage) == (ordering.log, (), 0)
    assert read_log((("", text) for _, text in entries)) == log, "as a file holds it"
    assert log_damaged(log, 0, "CA1", 1.0) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"type":"call.tool_called","sessionId":"CA1","time', "unreadable"),
        ("", "unreadable"),
        ('{"type":"call.from_the_future","sessionId":"CA1","timestamp":1}', "unknown"),
        ("[1]", "unknown"),
        ('{"type":"call.tool_called","sessionId":"CA1","timestamp":1}', "invalid"),
    ],
)
def test_an_entry_that_cannot_be_used_is_passed_over_and_is_damage(
    entries: Entries, text: str, kind: ProblemKind
) -> None:
    whole = read_log(entries)
    entries[5] = (entries[5][0], text)
    log = read_log(entries)
    assert log.events == whole.events[:5] + whole.events[6:]
    assert [(problem.entry, problem.kind) for problem in log.problems] == [(entries[5][0], kind)]
    assert log.damage == 1


def test_an_entry_that_is_gone_is_missed(entries: Entries) -> None:
    del entries[5:8]
    log = read_log(entries)
    assert (kinds(log), log.problems[0].entry, log.damage) == (["missing"], "1-*", 3)


def test_an_entry_that_comes_twice_counts_once(entries: Entries) -> None:
    whole = read_log(entries)
    again = read_log([*entries[:6], entries[4], *entries[6:]])
    assert (again.events, kinds(again), again.damage) == (whole.events, ["repeated"], 0)


def test_an_entry_out_of_order_is_put_back(entries: Entries) -> None:
    whole = read_log(entries)
    hung_up = '{"type":"call.hung_up","sessionId":"CA1","timestamp":1}'
    log = read_log([*entries[:5], *entries[6:8], ("call.hung_up", hung_up), entries[5], *entries[8:]])
    assert (kinds(log), log.damage) == (["out_of_order"], 0)
    assert [event for event in log.events if event.type != "call.hung_up"] == list(whole.events)


def test_what_an_older_leg_wrote_after_a_newer_one_was_in_nobodys_mind(entries: Entries) -> None:
    newer = [("2-1", '{"type":"call.leg_started","sessionId":"CA1","timestamp":1,"leg":2,"streamSid":"MZ2"}')]
    zombie = [(f"1-{len(entries) - 1}", '{"type":"call.key_pressed","sessionId":"CA1","timestamp":1,"digit":"0"}')]
    log = read_log([*entries, *newer, *zombie])
    assert (kinds(log), log.damage) == (["older_leg"], 0)
    assert log.events[-1].type == "call.leg_started"


def test_an_entry_of_another_call_is_passed_over(entries: Entries) -> None:
    other = ("x", '{"type":"call.key_pressed","sessionId":"CA2","timestamp":1,"digit":"0"}')
    assert kinds(read_log([*entries, other])) == ["other_call"]
    assert kinds(read_log([other], "CA1")) == ["other_call", "no_beginning"]


def test_a_log_without_its_beginning_says_so_and_is_read(entries: Entries) -> None:
    log = read_log(entries[4:])
    assert kinds(log) == ["missing", "no_beginning"]
    assert (len(log.events), log.damage) == (len(entries) - 4, 3)
    assert read_log([]).events == ()


def test_a_log_of_a_newer_gateway_names_its_version(entries: Entries) -> None:
    started = read_event(entries[0][1])
    assert isinstance(started, CallStarted)
    entries[0] = (entries[0][0], started.model_copy(update={"vocabulary": started.vocabulary + 1}).to_json())
    log = read_log(entries)
    assert (kinds(log), log.damage) == (["newer_version"], 0)


def test_a_call_whose_log_is_damaged_is_told_once_and_asks_before_it_confirms(
    ordering: Conversation, entries: Entries
) -> None:
    """A lost tool call leaves an order without a line: the read-back that was heard does not count any more."""
    ordering.reads_back()
    ordering.end_leg()
    log = read_log([*entries[:9], ("1-8", "{"), *entries[10:]])
    told = log_damaged(log, ordering.call.damage, "CA1", ordering.now.timestamp() * 1000)
    assert told == LogDamaged(session_id="CA1", timestamp=ordering.now.timestamp() * 1000, entries=1)
    ordering.take(told)
    assert log_damaged(log, ordering.call.damage, "CA1", 1.0) is None
    ordering.start_leg(2)
    notes = [str(effect) for effect in ordering.model_comes_up()]
    assert any("may be incomplete" in note for note in notes)
    ordering.caller_says("yes")
    assert "read_back" in str(answer(ordering.tool("confirm_order")))
