"""What Twilio's answers mean, and which requests may be made again."""

import json

import pytest

from gateway.twilio.rest_answers import (
    MAX_WORDS,
    TwilioRefusedError,
    TwilioUnreachableError,
    TwilioUnsureError,
    may_repeat,
    read_answer,
    without_numbers,
)


def test_a_good_answer_is_its_record() -> None:
    assert read_answer(201, b'{"sid": "SM1"}') == {"sid": "SM1"}


def test_a_refusal_has_twilios_code_and_its_words_without_the_number() -> None:
    body = json.dumps({"code": 21211, "message": "The 'To' number +1 555 010 9999 is not valid.", "status": 400})
    with pytest.raises(TwilioRefusedError) as refused:
        read_answer(400, body.encode(), 3.0)
    error = refused.value
    assert (error.status, error.code, error.retry_after_s, error.passing) == (400, 21211, 3.0, False)
    assert error.words == "The 'To' number [number] is not valid."
    assert "555" not in str(error)
    assert "21211" in str(error)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", None, "no reason given"),
        (b"<html>", None, "no reason given"),
        (b"[1]", None, "no reason given"),
        (b"[" * 100_000, None, "no reason given"),
        (b'{"code": "x", "message": 7}', None, "no reason given"),
        (b'{"type": "t", "title": "T", "status": 400, "code": 20001, "detail": "so"}', 20001, "so"),
    ],
)
def test_a_refusal_may_say_anything(body: bytes, code: int | None, words: str) -> None:
    with pytest.raises(TwilioRefusedError) as refused:
        read_answer(404, body)
    assert (refused.value.code, refused.value.words) == (code, words)


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (503, b""), (302, b"{}"), (201, b"{"), (201, b"[]")])
def test_what_is_no_clear_answer_leaves_open_whether_it_was_done(status: int, body: bytes) -> None:
    with pytest.raises(TwilioUnsureError):
        read_answer(status, body)


def test_only_what_did_nothing_or_does_no_harm_is_repeated() -> None:
    refused, busy = TwilioRefusedError(400, 21211, "no"), TwilioRefusedError(429, 20429, "later")
    unreachable, unsure = TwilioUnreachableError("x"), TwilioUnsureError("x")
    for harmless in (False, True):
        assert may_repeat(unreachable, harmless=harmless)
        assert may_repeat(busy, harmless=harmless)
        assert not may_repeat(refused, harmless=harmless)
        assert may_repeat(unsure, harmless=harmless) is harmless


def test_words_are_short_and_hold_no_number() -> None:
    assert without_numbers("call +15550109999\nor (555) 010-9999 now, error 21211") == (
        "call [number] or ([number] now, error 21211"
    )
    assert len(without_numbers("word " * 200)) == MAX_WORDS
