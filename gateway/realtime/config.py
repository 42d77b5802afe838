"""What a model's session is asked to be (Realtime `session.update`), and whether the echo agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

JSON = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The settings of a model's session that do not change during a call.

    `audio` is `pcm16` (24 kHz, little-endian) or `pcmu` (mu-law 8 kHz, passed through); both directions alike.
    """

    model: str
    voice: str = "marin"
    audio: Literal["pcm16", "pcmu"] = "pcm16"
    transcription_model: str = "gpt-transcribe"
    noise_reduction: Literal["near_field", "far_field", "off"] = "near_field"
    turn_detection: Literal["server_vad", "semantic_vad"] = "server_vad"
    vad_threshold: float = 0.5
    vad_silence_ms: int = 500
    vad_prefix_ms: int = 300
    server_creates_responses: bool = False

    @property
    def bytes_per_ms(self) -> int:
        """Bytes of one millisecond of the model's audio."""
        return 48 if self.audio == "pcm16" else 8

    @property
    def format(self) -> dict[str, object]:
        """The audio format on the wire; `audio/pcmu` takes no rate (Realtime refuses one)."""
        return {"type": "audio/pcm", "rate": 24000} if self.audio == "pcm16" else {"type": "audio/pcmu"}

    def session(self, instructions: str, tools: tuple[JSON, ...]) -> dict[str, object]:
        """The `session` of a `session.update`.

        The gateway owns turns: nothing interrupts or answers by itself on the server, and `idle_timeout_ms` stays null.
        """
        turns: dict[str, object] = {
            "type": self.turn_detection,
            "create_response": self.server_creates_responses,
            "interrupt_response": False,
        }
        if self.turn_detection == "server_vad":
            turns |= {
                "threshold": self.vad_threshold,
                "prefix_padding_ms": self.vad_prefix_ms,
                "silence_duration_ms": self.vad_silence_ms,
                "idle_timeout_ms": None,
            }
        reduction = None if self.noise_reduction == "off" else {"type": self.noise_reduction}
        return {
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": instructions,
            "audio": {
                "input": {
                    "format": self.format,
                    "noise_reduction": reduction,
                    "transcription": {"model": self.transcription_model},
                    "turn_detection": turns,
                },
                "output": {"format": self.format, "voice": self.voice},
            },
            "tools": list(tools),
            "tool_choice": "auto",
        }

    def disagreement(self, session: JSON) -> str | None:
        """Why the session that `session.updated` echoes is not the one we speak; None when it is.

        A wrong format is noise in the caller's ear, so nothing is spoken before this is known (design.md section 4).
        """
        for side in ("input", "output"):
            found = _format(session, side)
            if found.get("type") != self.format["type"]:
                return f"audio.{side}.format is {found.get('type', 'missing')}, asked for {self.format['type']}"
            if found.get("rate", self.format.get("rate")) != self.format.get("rate"):
                return f"audio.{side}.format has rate {found['rate']}, asked for {self.format.get('rate', 'none')}"
        return None


def _format(session: JSON, side: str) -> JSON:
    value: object = session
    for key in ("audio", side, "format"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
