"""Who may speak to us, and how a caller is named without being known.

Twilio's request signatures, the token inside a media stream's TwiML, and the keyed hash that stands for a telephone
number in every index and log line. Pure: secrets, nonces and the time are passed in. Every comparison of a secret
value takes constant time, and no error says more than which rule was broken.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs

TokenFault = Literal["malformed", "signature", "expired"]

# Twilio allows 500 characters for the name and the value of a <Parameter> together; the name takes its share.
_TOKEN_LIMIT = 480

# What Twilio puts into From when the network gives no number: a word, or that word dialled on a keypad.
_WITHHELD = frozenset(
    {
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
    }  # anonymous restricted blocked unknown unavail.
)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PUNCTUATION = str.maketrans("", "", " -.()/\u00a0")


class TokenError(ValueError):
    """A stream token was refused.

    Attributes:
        reason: `malformed` (not a token at all), `signature` (not made with this secret) or `expired`.
    """

    def __init__(self, reason: TokenFault) -> None:
        super().__init__(reason)
        self.reason: TokenFault = reason


@dataclass(frozen=True, slots=True)
class StreamToken:
    """What a stream token says: this call, this leg of it, at this restaurant, until then, once.

    Attributes:
        call_sid: Twilio's CallSid; the start message must name the same call.
        leg: the call's how-manyeth media stream, from 1.
        restaurant_id: the restaurant whose number was called.
        expires: aware UTC, whole seconds.
        nonce: consumed in the store, so that a token works once.
    """

    call_sid: str
    leg: int
    restaurant_id: str
    expires: datetime
    nonce: str


def twilio_signature(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """Sign a request as Twilio does: base64(HMAC-SHA1(token, url + k1 + v1 + k2 + v2 ...)).

    Keys are sorted; the values of a repeated key are de-duplicated and sorted; blank values count. (Twilio, "Webhooks
    security"; the handling of repeated keys is that of Twilio's own libraries.)

    Args:
        token: the account's AuthToken.
        url: exactly as Twilio was given it, query included; a fragment is never signed.
        form: the form parameters, repeated keys as repeated pairs.
    """
    pairs = sorted(set(form))
    text = url + "".join(key + value for key, value in pairs)
    return base64.b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), "sha1")).decode()


def twilio_request_is_genuine(
    tokens: Sequence[str],
    signature: str | None,
    url: str,
    form: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
) -> bool:
    """Whether the header `X-Twilio-Signature` was made for this request with one of our tokens.

    Args:
        tokens: the AuthTokens that may have signed; more than one while a token is being changed.
        signature: the header's value; None (no header) is never genuine.
        url: the public URL that Twilio asked: scheme, host, raw path and raw query. Not what a proxy left of it.
        form: all form parameters, blank ones kept. Not for JSON requests.
        body: the raw body of a JSON request. Its SHA-256 must stand in the URL as `bodySHA256`, and the signature is
            over the URL alone.
    """
    if not signature:
        return False
    if body is not None:
        stated = parse_qs(url.partition("#")[0].partition("?")[2]).get("bodySHA256", [""])[0]
        if not _same(hashlib.sha256(body).hexdigest(), stated):
            return False
    pairs = [] if body is not None else list(form)
    return _any_same(
        signature, (twilio_signature(token, address, pairs) for token in tokens for address in _port_variants(url))
    )


def twilio_handshake_is_genuine(tokens: Sequence[str], signature: str | None, url: str) -> bool:
    """Whether a media stream's WebSocket handshake was signed by Twilio.

    The signature covers the exact `wss://` URL and no parameters. Some libraries report that Twilio signs the URL with
    a slash more or less at its end; no official page says so, hence both are accepted.

    Args:
        tokens: as for `twilio_request_is_genuine`.
        signature: the value of `x-twilio-signature`, or None.
        url: the public `wss://` URL (in development `ws://`).
    """
    if not signature:
        return False
    base = url.partition("#")[0]
    toggled = base[:-1] if base.endswith("/") else base + "/"
    addresses = [*_port_variants(base), *_port_variants(toggled)]
    return _any_same(signature, (twilio_signature(token, address) for token in tokens for address in addresses))


def mint_stream_token(secret: str, token: StreamToken) -> str:
    """Write a stream token: `<payload>.<mac>`, both base64url, for a `<Parameter>` of the TwiML.

    Args:
        secret: `GATEWAY_SECRET`.
        token: what it is to say; the caller draws the nonce.

    Raises:
        ValueError: the names are so long that Twilio would refuse the parameter.
    """
    fields = [token.call_sid, token.leg, token.restaurant_id, int(token.expires.timestamp()), token.nonce]
    payload = _b64(json.dumps(fields, separators=(",", ":")).encode())
    text = f"{payload}.{_b64(_mac(secret, 'stream token', payload))}"
    if len(text) > _TOKEN_LIMIT:
        raise ValueError(f"a stream token of {len(text)} characters is more than a <Parameter> holds")
    return text


def read_stream_token(secret: str, text: str, now: datetime) -> StreamToken:
    """Read and check a stream token. The caller must still consume its nonce and compare its CallSid.

    Args:
        secret: `GATEWAY_SECRET`.
        text: as it came in `start.customParameters`.
        now: aware UTC.

    Raises:
        TokenError: malformed, not signed by us, or expired.
    """
    payload, dot, mac = text.partition(".")
    if not dot or len(text) > _TOKEN_LIMIT:
        raise TokenError("malformed")
    if not _same(_b64(_mac(secret, "stream token", payload)), mac):
        raise TokenError("signature")
    call_sid, leg, restaurant_id, expires, nonce = json.loads(_unb64(payload))  # ours: the signature says so
    token = StreamToken(call_sid, leg, restaurant_id, datetime.fromtimestamp(expires, UTC), nonce)
    if now >= token.expires:
        raise TokenError("expired")
    return token


def e164(number: str | None) -> str | None:
    """A telephone number as E.164 (`+` and 7 to 15 digits), or None for whatever is not one.

    Withheld numbers reach us as words ("anonymous") or as such a word in keypad digits (Twilio's help page on
    `From` values); SIP and client addresses are not numbers.
    """
    if number is None:
        return None
    plain = number.strip().removeprefix("tel:").translate(_PUNCTUATION)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    return plain if _E164.fullmatch(plain) and plain not in _WITHHELD else None


def caller_key(secret: str, number: str | None) -> str | None:
    """The name that a telephone number has in indexes and logs: a keyed hash, 32 hex digits.

    Without the secret nobody can go back from it, not even by trying all numbers.

    Args:
        secret: `GATEWAY_SECRET`.
        number: as Twilio's `From` gives it.

    Returns:
        None when the number is withheld or none at all: such callers cannot be told apart.
    """
    plain = e164(number)
    return None if plain is None else _mac(secret, "caller", plain).hex()[:32]


def last_two(number: str | None) -> str | None:
    """The last two digits of a number, enough to say "the number ending in 34"; None when it is withheld."""
    plain = e164(number)
    return None if plain is None else plain[-2:]


def _mac(secret: str, purpose: str, text: str) -> bytes:
    """HMAC-SHA256; the purpose keeps a value made for one use from being accepted in another."""
    return hmac.digest(secret.encode(), f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), "sha256")


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))


def _any_same(theirs: str, candidates: Iterable[str]) -> bool:
    found = False
    for ours in candidates:
        found |= _same(ours, theirs)
    return found


def _port_variants(url: str) -> tuple[str, ...]:
    """The URL as given, without its port and with the scheme's own: Twilio's signer is not consistent about ports.

    Done on the text, since parsing and printing a URL again need not give the same bytes.
    """
    url = url.partition("#")[0]
    scheme, mark, rest = url.partition("://")
    if not mark:
        return (url,)
    end = next((place for place, sign in enumerate(rest) if sign in "/?"), len(rest))
    user, at, host = rest[:end].rpartition("@")
    bare, colon, port = host.rpartition(":")
    if not colon or not port.isdecimal() or (host.startswith("[") and not bare.endswith("]")):
        bare, port = host, ""  # no port, or the colons of an IPv6 address
    own = "443" if scheme in ("https", "wss") else "80"
    head, tail = f"{scheme}://{user}{at}", rest[end:]
    variants = (url, f"{head}{bare}{tail}", f"{head}{bare}:{port or own}{tail}")
    return tuple(dict.fromkeys(variants))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
