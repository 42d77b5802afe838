"""Masks: what is personal or secret goes, what is needed to find a fault stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.masking import MASK, MAX_TEXT, Masker

PLAIN = Masker()


@pytest.mark.parametrize(
    "number",
    [
        "+15550100000",
        "+1 (555) 010-0000",
        "%2B15550100000",
        "(555) 010-0000",
        "555-010-0000",
        "15550100000",
        "5550100000",
    ],
)
def test_telephone_numbers_go_wherever_they_stand(number: str) -> None:
    assert PLAIN.text(f"Call from {number} failed") == "Call from [number] failed"


@pytest.mark.parametrize("card", ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"])
def test_card_numbers_go(card: str) -> None:
    assert PLAIN.text(f"it is {card}, ok") == "it is [card number], ok"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("redis://user:hunter2@redis.example:6379/0", "hunter2"),
        ("authorization: Bearer abcdef123456", "abcdef123456"),
        ("Basic QUM6dG9rZW4=", "QUM6"),
        ("key sk-proj-abcdefghijkl", "abcdefghijkl"),
        ("whsec_c2VjcmV0c2VjcmV0", "c2VjcmV0"),
    ],
)
def test_credentials_are_known_by_their_look(text: str, secret: str) -> None:
    assert secret not in PLAIN.text(text)
    assert MASK in PLAIN.text(text)


def test_own_secrets_are_masked_literally() -> None:
    masker = Masker(["correct-horse", "correct-horse-battery", "", "ab"])
    assert masker.text("x correct-horse-battery y correct-horse z ab") == f"x {MASK} y {MASK} z ab"


def test_audio_becomes_its_length() -> None:
    assert PLAIN.text("got " + "QUJD" * 60) == "got [240 characters of data]"
    assert PLAIN.value(b"\xff" * 160) == "[160 bytes]"


@pytest.mark.parametrize(
    "text",
    [
        "CA" + "0123456789abcdef" * 2,
        "2026-11-22T18:00:00.123456+00:00",
        "call.state",
        "127.0.0.1:8000",
        "took 1234.5 ms, 99 of 100",
        "0.123456789012",
        "GET /twiml/next?leg=2",
        "order 3f9c1e5c-1f7e-4b61-9b53-0a1b2c3d4e5f",
    ],
)
def test_what_finds_a_fault_stays(text: str) -> None:
    assert PLAIN.text(text) == text


@pytest.mark.parametrize(
    "name", ["From", "To", "caller", "X-Twilio-Signature", "stream_token", "payload", "SpeechResult", "arguments"]
)
def test_a_telling_name_is_enough(name: str) -> None:
    assert PLAIN.fields({name: "alice"}) == {name: MASK}


def test_empty_values_and_the_ends_of_a_state_change_stay() -> None:
    fields = {"caller": None, "token": "", "from": "listening", "to": "processing", "n": 3, "ok": True, "ms": 1.5}
    assert PLAIN.fields(fields) == fields


def test_structures_are_masked_all_the_way_down() -> None:
    value = {"a": [{"token": "x", "b": ("+15550100000", {1: "ok"})}], "c": {"d"}, "e": ValueError("+15550100000")}
    assert PLAIN.value(value) == {
        "a": [{"token": MASK, "b": ["[number]", {"1": "ok"}]}],
        "c": ["d"],
        "e": "ValueError('[number]')",
    }


def test_a_structure_that_contains_itself_ends() -> None:
    value: list[object] = []
    value.append(value)
    assert "nested too deep" in str(PLAIN.value(value))


def test_long_texts_keep_both_ends() -> None:
    text = PLAIN.text("first " + "line of a traceback, " * 5_000 + " last")
    assert text.startswith("first ")
    assert text.endswith(" last")
    assert len(text) < MAX_TEXT + 20


@given(st.text(max_size=40), st.integers(10**9, 10**14 - 1), st.text(max_size=40))
def test_no_international_number_survives_whatever_stands_around_it(before: str, digits: int, after: str) -> None:
    assert str(digits) not in PLAIN.text(f"{before} +{digits} {after}")
