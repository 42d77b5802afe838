"""The ledger: echoes, time since, generations, lost marks, bounded memory."""

from gateway.audio.ledger import MARK_GRACE_S, Cut, Ledger

A, B = ("item_a", 0), ("item_b", 0)


def add(ledger: Ledger, key=A, length=800):
    item = ledger.open(key)
    assert item is not None
    item.produced += length
    item.accepted += length
    return item


def say(ledger: Ledger, starts: float, key=A, length=800) -> str:
    """Produces and sends `length` bytes that play from `starts`."""
    return ledger.send(add(ledger, key, length), length, starts, starts + length / 8_000)


def test_before_the_first_echo_time_alone_says_what_was_heard():
    ledger = Ledger()
    say(ledger, 10.0)
    say(ledger, 10.1)
    assert [ledger.heard_ms(A, at) for at in (9.0, 10.0, 10.05, 10.15, 11.0)] == [0, 0, 50, 150, 200]


def test_an_echo_sets_the_clock_of_the_ear():
    ledger = Ledger()
    first = say(ledger, 10.0)
    say(ledger, 10.1)
    assert ledger.echo(first, 10.18)
    assert round(ledger.late, 6) == 0.08
    assert ledger.heard_ms(A, 10.18) == 100
    assert ledger.heard_ms(A, 10.2301) == 150
    assert ledger.heard_ms(A, 11.0) == 200


def test_an_echo_confirms_all_messages_before_it():
    ledger = Ledger()
    marks = [say(ledger, 10.0 + n / 10) for n in range(3)]
    assert ledger.echo(marks[1], 10.2)
    assert not ledger.echo(marks[0], 10.2)
    assert not ledger.echo(marks[1], 10.2)
    assert ledger.heard_ms(A, 10.2) == 200
    assert ledger.lost_marks == 0


def test_echoes_of_an_older_generation_mean_nothing():
    ledger = Ledger()
    old = [say(ledger, 10.0), say(ledger, 10.1)]
    assert ledger.interrupt(10.05) == (Cut("item_a", 0, 50, 200),)
    assert ledger.generation == 1
    new = say(ledger, 10.05, B)
    assert not any(ledger.echo(mark, 10.06) for mark in old)
    assert ledger.heard_ms(A, 10.2) == 50
    assert ledger.echo(new, 10.2)


def test_names_that_are_not_ours_mean_nothing():
    ledger = Ledger()
    say(ledger, 10.0)
    assert not any(ledger.echo(name, 10.1) for name in ("", "0", "0.", "0.1 ", "9" * 5_000, "\x00", "0.-1"))
    assert ledger.echo("0.1", 10.1)


def test_a_lost_mark_counts_as_heard_after_its_grace():
    ledger = Ledger()
    assert ledger.settled_at is None
    mark = say(ledger, 10.0)
    at = ledger.settled_at
    assert at == 10.1 + MARK_GRACE_S
    ledger.expire(at - 0.001)
    assert ledger.lost_marks == 0
    assert not ledger.echo(mark, at)
    assert ledger.lost_marks == 1
    assert ledger.settled_at is None
    assert ledger.heard_ms(A, at) == 100


def test_an_interruption_reports_every_item_not_heard_whole():
    ledger = Ledger()
    heard = say(ledger, 10.0, ("heard", 0))
    ledger.end(("heard", 0))
    ledger.echo(heard, 10.1)
    say(ledger, 10.1, ("just heard", 0))
    ledger.end(("just heard", 0))
    say(ledger, 10.2, ("begun", 1))
    add(ledger, ("begun", 1), 1_600)
    add(ledger, ("waiting", 0), 8)
    add(ledger, ("empty", 0), 0)
    assert ledger.has_open
    assert ledger.interrupt(10.2999) == (Cut("begun", 1, 99, 300), Cut("waiting", 0, 0, 1), Cut("empty", 0, 0, 0))
    assert not ledger.has_open
    assert ledger.interrupt(10.4) == ()


def test_an_item_heard_so_far_but_not_finished_is_cut_too():
    """Its response is still active: the model has more of it than has come here."""
    ledger = Ledger()
    say(ledger, 10.0)
    assert ledger.interrupt(11.0) == (Cut("item_a", 0, 100, 100),)
    assert ledger.open(A) is None


def test_an_item_may_go_on_after_it_seemed_over():
    ledger = Ledger()
    mark = say(ledger, 10.0)
    ledger.end(A)
    assert ledger.echo(mark, 10.1)
    assert not ledger.has_open
    say(ledger, 10.1)
    ledger.end_all()
    assert ledger.heard_ms(A, 10.15) == 150
    assert ledger.produced_ms(A) == 200


def test_unknown_items_are_nothing():
    ledger = Ledger()
    ledger.end(A)
    ledger.end_all()
    assert ledger.heard_ms(A, 1.0) == ledger.produced_ms(A) == 0


def test_memory_is_bounded_in_a_long_call():
    ledger = Ledger()
    for n in range(1_000):
        key = (f"item_{n}", 0)
        mark = say(ledger, float(n), key)
        ledger.end(key)
        ledger.echo(mark, n + 0.1)
    assert len(ledger._closed) <= 16
    assert not ledger._open
    assert ledger.heard_ms(("item_999", 0), 1_000.0) == 100
    assert ledger.heard_ms(("item_900", 0), 1_000.0) == 0
