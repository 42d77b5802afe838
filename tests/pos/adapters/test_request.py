"""How an order is looked for before it is made, and what refusals mean."""

import json

import pytest

from gateway.pos.adapters.clover import clover_title
from gateway.pos.adapters.refusal import refusal_text, refused_for_good
from gateway.pos.adapters.request import (
    UnreadableAnswerError,
    login_request,
    lookup_for,
    prices_request_for,
    second_request_for,
)
from gateway.pos.adapters.toast import ToastLoginError, access_token
from tests.pos.adapters.orders import CLOVER, SQUARE, TOAST, everything, message_of, with_ids

MESSAGE = message_of(everything(), with_ids())
REF = MESSAGE.data.order_ref


def test_square_knows_a_repetition_by_itself() -> None:
    assert lookup_for(SQUARE, MESSAGE) is None


def test_at_toast_an_order_is_found_by_its_external_id() -> None:
    lookup = lookup_for(TOAST, MESSAGE)
    assert lookup is not None
    assert lookup.path == f"/orders/v2/orders/GATEWAY%3A{REF}"
    assert lookup.headers["Toast-Restaurant-External-ID"] == "rest-guid"
    assert lookup.finds(200, b"{}")
    assert lookup.finds(404, b"{}") is False
    assert lookup.finds(503, b"{}") is None


def test_at_clover_an_order_is_found_by_its_title() -> None:
    lookup = lookup_for(CLOVER, MESSAGE)
    assert lookup is not None
    assert lookup.path.startswith("/v3/merchants/M1/orders?filter=title%3D")
    assert lookup.finds(200, json.dumps({"elements": [{"title": lookup.title}]}).encode())
    for body in (b'{"elements": []}', b'{"elements": [{"title": "another"}]}'):
        assert lookup.finds(200, body) is False
    for body in (b'{"elements": [{}]}', b"[]", b"<html>"):
        assert lookup.finds(200, body) is None
    assert lookup.finds(400, b"") is None


def test_at_toast_tokens_are_fetched() -> None:
    request = login_request(TOAST)
    assert request.path == "/authentication/v1/authentication/login"
    assert json.loads(request.body) == {
        "clientId": "client",
        "clientSecret": "toast-secret",
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    assert "toast-secret" not in repr(request)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"token": null}',
        b'{"token": {"accessToken": "x"}}',
        b'{"token": {"accessToken": "", "expiresIn": 60}}',
        b'{"token": {"accessToken": "a\\nb", "expiresIn": 60}}',
        b'{"token": {"accessToken": "x", "expiresIn": "60"}}',
        b'{"token": {"accessToken": "x", "expiresIn": 1' + b"0" * 400 + b"}}",
    ],
)
def test_an_answer_without_a_token_is_told(answer: bytes) -> None:
    with pytest.raises(ToastLoginError):
        access_token(answer)


def test_prices_are_asked_for_with_the_same_body() -> None:
    request = prices_request_for(TOAST, MESSAGE)
    assert request.path == "/orders/v2/prices"
    assert json.loads(request.body)["externalId"] == f"GATEWAY:{REF}"


@pytest.mark.parametrize(
    ("status", "for_good"),
    [(400, True), (401, False), (404, False), (410, True), (422, True), (429, False), (500, False)],
)
def test_only_a_wrong_order_is_refused_for_good(status: int, for_good: bool) -> None:
    assert refused_for_good(status) is for_good


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"errors":[{"code":"BAD","field":"line","detail":"none"},{"detail":"late"},7]}', ": BAD line none; late"),
        (b'{"message":"no","developerMessage":"item"}', ": no item"),
        (b'{"errors":[]}', ""),
        (b'{"message":3}', ""),
        (b"[1]", ""),
        (b"<html>", ""),
    ],
)
def test_a_refusal_in_a_line(body: bytes, text: str) -> None:
    assert refusal_text(400, body) == f"the POS answered 400{text}"


def test_a_long_refusal_is_cut_and_has_no_numbers_of_callers() -> None:
    said = refusal_text(422, json.dumps({"message": "call +15550100123 " + "x " * 900}).encode())
    assert "[number]" in said
    assert len(said) < 310


def test_toast_wants_no_second_request() -> None:
    assert second_request_for(TOAST, MESSAGE, b"") is None


def test_clover_prints_the_order_that_is_in_the_answer() -> None:
    title = clover_title(MESSAGE.data)
    found = json.dumps({"elements": [{"id": "CL0", "title": "another"}, {"id": "CL1", "title": title}]}).encode()
    for made in (b'{"id": "CL1"}', found):
        request = second_request_for(CLOVER, MESSAGE, made)
        assert request is not None
        assert request.path == "/v3/merchants/M1/print_event"
        assert json.loads(request.body) == {"orderRef": {"id": "CL1"}}
    for made in (b"", b"7", b"{}", b'{"elements": []}', b'{"elements": [{"id": "CL0", "title": "another"}]}'):
        with pytest.raises(UnreadableAnswerError):
            second_request_for(CLOVER, MESSAGE, made)
