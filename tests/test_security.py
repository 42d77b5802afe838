"""Signatures judged by Twilio's own package, tokens, and the names of callers."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway.security import (
    StreamToken,
    TokenError,
    caller_key,
    e164,
    last_two,
    mint_stream_token,
    read_stream_token,
    twilio_handshake_is_genuine,
    twilio_request_is_genuine,
    twilio_signature,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = StreamToken("CA" + "0" * 32, 3, "casa-verde", NOW + timedelta(minutes=5), "nonce")
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]
URL = "https://example.com/myapp.php?foo=1&bar=2"


class _Form(dict[str, list[str]]):
    """A form as Twilio's package reads it."""

    def getlist(self, key: str) -> list[str]:
        return self[key]


def _form(pairs: list[tuple[str, str]]) -> _Form:
    form = _Form()
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    return form


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("https://example.com/myapp", "NGAgWNhdnsLF8j385frvrQoi9sg="),
        ("https://example.com/myapp.php?foo=1&bar=2", "vNe7KK2kJwCsxc9K3OLkkKB3qqI="),
        ("https://mycompany.com/myapp", "3KI2uRuYyAdhZIJXcpU0izDUzWI="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_golden_signatures(url: str, signature: str) -> None:
    assert twilio_signature("12345", url, CALL) == signature
    assert twilio_request_is_genuine(["12345"], signature, url, CALL)


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
urls = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["https", "http"]),
    st.sampled_from(["example.com", "h.example.com", "user:pa@example.com"]),
    st.sampled_from(["", ":443", ":80", ":8443"]),
    st.from_regex(r"[a-z]{0,5}(\?[a-z]=%20[+&a-z=]{0,5})?", fullmatch=True),
)


@given(url=urls, pairs=st.lists(st.tuples(texts, texts), max_size=6), token=st.text("abc019", min_size=1))
def test_signatures_are_those_of_twilios_package(url: str, pairs: list[tuple[str, str]], token: str) -> None:
    validator = RequestValidator(token)
    theirs = validator.compute_signature(url, _form(pairs))
    assert twilio_signature(token, url, pairs) == theirs
    assert twilio_request_is_genuine([token], theirs, url, pairs)
    assert not twilio_request_is_genuine([token + "x"], theirs, url, pairs)


@pytest.mark.parametrize("signed", ["https://h.example/a", "https://h.example:443/a", "https://h.example:8443/a"])
@pytest.mark.parametrize("asked", ["https://h.example/a", "https://h.example:8443/a"])
def test_a_port_more_or_less_is_accepted_where_twilios_package_accepts_it(signed: str, asked: str) -> None:
    validator = RequestValidator("t")
    signature = validator.compute_signature(signed, {})
    assert twilio_request_is_genuine(["t"], signature, asked) == validator.validate(asked, {}, signature)


def test_odd_addresses_are_signed_as_they_are() -> None:
    for url in (
        "https://[2001:db8::1]/a",
        "https://[2001:db8::1]:8443/a",
        "no-scheme",
        "https://host",
        "https://h?x=1",
    ):
        assert twilio_request_is_genuine(["t"], twilio_signature("t", url), url)
    bare = twilio_signature("t", "https://[2001:db8::1]/a")
    assert twilio_request_is_genuine(["t"], bare, "https://[2001:db8::1]:8443/a")


def test_blank_and_repeated_values_count() -> None:
    pairs = [*CALL, ("Blank", ""), ("Twice", "b"), ("Twice", "a"), ("Twice", "b")]
    signature = RequestValidator("t").compute_signature(URL, _form(pairs))
    assert twilio_request_is_genuine(["t"], signature, URL, pairs)
    assert not twilio_request_is_genuine(["t"], signature, URL, [pair for pair in pairs if pair[0] != "Blank"]) or (
        signature == twilio_signature("t", URL, pairs[:-1])
    )
    assert not twilio_request_is_genuine(["t"], signature, URL, pairs[:-3])


def test_every_token_of_a_rotation_is_accepted_and_a_fragment_is_never_signed() -> None:
    signature = twilio_signature("new", URL, CALL)
    assert twilio_request_is_genuine(["old", "new"], signature, URL + "#rc=3", CALL)
    assert not twilio_request_is_genuine([], signature, URL, CALL)


@pytest.mark.parametrize("signature", [None, "", "wrong", "\udcff\u2603"])
def test_a_missing_or_broken_signature_is_not_genuine(signature: str | None) -> None:
    assert not twilio_request_is_genuine(["t"], signature, URL, CALL)
    assert not twilio_handshake_is_genuine(["t"], signature, "wss://h.example/media")


def test_a_json_body_is_bound_by_its_hash_in_the_url() -> None:
    body = b'{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
    digest = "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
    assert hashlib.sha256(body).hexdigest() == digest
    url = f"https://example.com/events?bodySHA256={digest}"
    signature = RequestValidator("t").compute_signature(url, {})
    assert twilio_request_is_genuine(["t"], signature, url, body=body)
    assert not twilio_request_is_genuine(["t"], signature, url, body=body + b" ")
    bare = "https://example.com/events"
    assert not twilio_request_is_genuine(["t"], twilio_signature("t", bare), bare, body=body)


@pytest.mark.parametrize(
    ("signed", "asked", "genuine"),
    [
        ("wss://v.example/media", "wss://v.example/media", True),
        ("wss://v.example/media/", "wss://v.example/media", True),
        ("wss://v.example/media", "wss://v.example/media/", True),
        ("wss://v.example:443/media", "wss://v.example/media", True),
        ("https://v.example/media", "wss://v.example/media", False),
        ("wss://v.example/media?x=1", "wss://v.example/media", False),
    ],
)
def test_handshakes(signed: str, asked: str, *, genuine: bool) -> None:
    signature = RequestValidator("tok").compute_signature(signed, {})
    assert twilio_handshake_is_genuine(["tok"], signature, asked) == genuine


def test_a_stream_token_says_what_it_was_told_and_fits_a_parameter() -> None:
    text = mint_stream_token("secret", TOKEN)
    assert read_stream_token("secret", text, NOW) == TOKEN
    assert len(text) + len("token") < 500
    with pytest.raises(ValueError, match="more than a <Parameter>"):
        mint_stream_token("secret", StreamToken("CA", 1, "x" * 400, NOW, "n"))


@pytest.mark.parametrize(
    ("text", "now", "reason"),
    [
        ("", NOW, "malformed"),
        ("no-dot", NOW, "malformed"),
        ("x" * 500 + ".y", NOW, "malformed"),
        ("e30.e30", NOW, "signature"),
        ("\u2603.\udcff", NOW, "signature"),
        (mint_stream_token("other", TOKEN), NOW, "signature"),
        (mint_stream_token("secret", TOKEN), TOKEN.expires, "expired"),
    ],
)
def test_a_wrong_stream_token_is_refused(text: str, now: datetime, reason: str) -> None:
    with pytest.raises(TokenError) as refused:
        read_stream_token("secret", text, now)
    assert refused.value.reason == reason


@given(place=st.integers(0), sign=st.characters(codec="ascii"))
def test_no_changed_stream_token_is_accepted(place: int, sign: str) -> None:
    text = mint_stream_token("secret", TOKEN)
    place %= len(text)
    changed = text[:place] + sign + text[place + 1 :]
    if changed != text:
        with pytest.raises(TokenError):
            read_stream_token("secret", changed, NOW)


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("+15550100123", "+15550100123"),
        (" +1 (555) 010-0123 ", "+15550100123"),
        ("tel:+1.555.010.0123", "+15550100123"),
        ("0044 20 7946 0000", "+442079460000"),
        (None, None),
        ("", None),
        ("anonymous", None),
        ("Unknown", None),
        ("+266696687", None),
        ("client:alice", None),
        ("sip:+15550100123@example.com", None),
        ("+0155501001", None),
        ("5550100", None),
    ],
)
def test_numbers_as_e164(number: str | None, plain: str | None) -> None:
    assert e164(number) == plain
    assert last_two(number) == (plain[-2:] if plain else None)


def test_a_callers_key_depends_on_number_and_secret_only() -> None:
    key = caller_key("secret", "+15550100123")
    assert key == caller_key("secret", "+1 555 010 0123")
    assert key is not None
    assert len(key) == 32
    assert key != caller_key("other", "+15550100123")
    assert key != caller_key("secret", "+15550100124")
    assert "0100123" not in key
    assert caller_key("secret", "anonymous") is None
