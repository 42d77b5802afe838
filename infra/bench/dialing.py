"""A call's beginning and end as Twilio does them: the signed webhook, the stream its TwiML names, the final status.

CallSids, StreamSids and callers' numbers are drawn anew for every call, so that runs do not meet in a lasting store.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from gateway.local.phone_twiml import TwimlError, parse
from gateway.local.phone_verbs import Connect, Stream
from gateway.security import twilio_signature

ACCOUNT_SID = "AC" + "0" * 32
TIMEOUT_S = 15.0
"""As long as Twilio waits for a webhook."""


class DialError(Exception):
    """The gateway did not answer the call with a media stream."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call that the gateway has answered: its form fields, and the stream to open."""

    call_sid: str
    stream_sid: str
    form: Mapping[str, str]
    stream: Stream
    signature: str


class Dialling:
    """Twilio's side of the webhooks of one gateway."""

    def __init__(self, client: httpx2.AsyncClient, voice_url: str, auth_token: str, called: str) -> None:
        """Call the number `called` at the gateway whose voice webhook is `voice_url`."""
        self._client = client
        self._voice_url = voice_url
        self._token = auth_token
        self._called = called

    async def dial(self) -> Dialled:
        """Ask the gateway what to do with a new call.

        Raises:
            DialError: it is not to be connected to a media stream.
        """
        drawn = uuid.uuid4()
        form = {
            "CallSid": f"CA{drawn.hex}",
            "AccountSid": ACCOUNT_SID,
            "From": f"+1555{drawn.int % 10_000_000:07d}",
            "To": self._called,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        body = await self._post(self._voice_url, form)
        try:
            verbs = parse(body, self._voice_url).verbs
        except TwimlError as error:
            raise DialError(f"the voice webhook answered with what is no TwiML: {error}") from error
        stream = next((verb.stream for verb in verbs if isinstance(verb, Connect)), None)
        if stream is None:
            said = ", ".join(type(verb).__name__ for verb in verbs)
            raise DialError(f"the call was not connected to a stream but answered with {said or 'nothing'}")
        signature = twilio_signature(self._token, stream.url)
        return Dialled(form["CallSid"], f"MZ{uuid.uuid4().hex}", form, stream, signature)

    async def completed(self, call: Dialled) -> None:
        """Tell the gateway that the caller has hung up.

        Raises:
            DialError: it did not take note.
        """
        await self._post(urljoin(self._voice_url, "/twilio/status"), {**call.form, "CallStatus": "completed"})

    async def _post(self, url: str, form: Mapping[str, str]) -> bytes:
        headers = {"X-Twilio-Signature": twilio_signature(self._token, url, form.items())}
        try:
            response = await self._client.post(url, data=dict(form), headers=headers)
            response.raise_for_status()
        except httpx2.HTTPError as error:
            raise DialError(f"{url}: {type(error).__name__} {error}".rstrip()) from error
        return response.content


def webhook_client() -> httpx2.AsyncClient:
    """A client that asks this machine straight, whatever proxies the environment names."""
    return httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
