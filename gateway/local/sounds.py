"""How the parties of a local call hear and speak: recognition and synthesis, or tone codes where words do not matter.

Opening real recognition may fetch a model of 68 MB the first time, and blocks: call `speech_sounds` in a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gateway.audio import g711
from gateway.local.phone_setup import Voice as PhoneVoice
from gateway.local.phone_setup import tone_voice
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.speech.transcription import Recogniser
from gateway.speech.tts import Voice

TONE_MS_PER_CHARACTER = 6.0
"""Ten times as fast as speech: turns are still long enough for turn detection."""
SPEECH_DBOV = -26.0
"""Level of speech in a telephone network, dB below the overload point (ITU-T P.56 and G.712 take it as nominal)."""
_FRAME = 160  # samples, 20 ms
_ACTIVE = 0.001  # of the loudest frame's power, -30 dB: what is below is a pause


@dataclass(frozen=True, slots=True)
class Sounds:
    """Ears and voices.

    Attributes:
        ears: the model's.
        agent: the model's voice.
        caller: the caller's voice, for the phone.
        announcer: the voice of TwiML's Say, for the phone.
        about: one line for people: which engines these are.
        threads: how many threads the model's engines need; 0 for quick ones.
        settings: of the gateway, that go with them.
    """

    ears: Recogniser
    agent: Voice
    caller: PhoneVoice
    announcer: PhoneVoice
    about: str
    threads: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)


def tone_sounds() -> Sounds:
    """Tone codes: exact, and faster than speech."""
    voice = tone_voice(TONE_MS_PER_CHARACTER)
    agent = ToneVoice(TONE_MS_PER_CHARACTER)
    return Sounds(ToneEars(), agent, voice, voice, "tone codes in place of speech", 0, {"VAD_SILENCE_MS": "300"})


def speech_sounds(agent: str, caller: str) -> Sounds:
    """The best recogniser that this machine can have, and two voices.

    Args:
        agent: the agent's voice, see `gateway.local.voices.open_voice`.
        caller: the caller's.

    Raises:
        TranscriptionFailed: there is no recogniser; the message says why.
        SynthesisFailed: there is no such voice; likewise.
        ImportError: the extra `local` is not installed.
    """
    # Untyped and heavy, and not on every machine: loaded when they are wanted.
    from gateway.local.recognise import open_recogniser  # noqa: PLC0415 - see above
    from gateway.local.voices import open_voice  # noqa: PLC0415 - see above

    agent_voice, caller_voice = open_voice(agent), open_voice(caller)
    ears = open_recogniser()
    about = f"recognition by {ears.name} ({ears.why}); agent's voice {agent}, caller's {caller}"
    return Sounds(ears.recogniser, agent_voice, phone_voice(caller_voice), phone_voice(agent_voice), about)


def phone_voice(voice: Voice) -> PhoneVoice:
    """A voice as a telephone carries it: mulaw, 8 kHz, at the level of a telephone network.

    Synthesisers use all 16 bits, which is louder than any caller and is clipped by mulaw. They end in silence, too,
    which would count as speech when it is measured how soon an answer comes.
    """

    def speak(text: str) -> bytes:
        return g711.encode(as_on_the_telephone(voice.speak(text, sample_rate=g711.RATE)))

    return speak


def as_on_the_telephone(pcm: bytes) -> bytes:
    """Speech (PCM16 8 kHz) at `SPEECH_DBOV`, measured where something is said, without its silent end."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    padded = np.append(samples, np.zeros(-len(samples) % _FRAME))
    power = np.mean(padded.reshape(-1, _FRAME) ** 2, axis=1)
    active = np.flatnonzero(power > max(power.max(initial=0.0) * _ACTIVE, 1.0))
    if not active.size:
        return pcm
    gain = 32768 * 10 ** (SPEECH_DBOV / 20) / np.sqrt(power[active].mean())
    said = samples[: (int(active[-1]) + 2) * _FRAME]  # a frame more: the last sound fades
    return bytes((said * gain).clip(-32768, 32767).astype("<i2").tobytes())
