"""Who is to be heard at the moment: the agent, the caller, both or nobody."""

from dataclasses import dataclass


@dataclass(slots=True)
class Floor:
    """What the core was told about voices on the line."""

    playing: bool = False
    """The caller hears the agent."""
    speaking: bool = False
    """The model's turn detection hears the caller."""
    item: str = ""
    """The item with which the agent began to be heard."""

    def clear(self) -> None:
        """There is no line."""
        self.playing = self.speaking = False
