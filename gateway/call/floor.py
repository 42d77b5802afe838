"""Who is to be heard at the moment: the agent, the caller, both or nobody."""

from dataclasses import dataclass

CLIP_ITEM = "clip."
"""How the items of the playout begin that are not the model's: prepared phrases."""


@dataclass(slots=True)
class Floor:
    """What the core was told about voices on the line."""

    playing: bool = False
    """The caller hears the agent."""
    speaking: bool = False
    """The model's turn detection hears the caller."""
    item: str = ""
    """The item with which the agent began to be heard."""

    @property
    def clip(self) -> bool:
        """Whether what the caller hears is a prepared phrase, and nothing of the model's."""
        return self.playing and self.item.startswith(CLIP_ITEM)

    @property
    def talking(self) -> bool:
        """Whether the caller hears the model."""
        return self.playing and not self.clip

    def clear(self) -> None:
        """There is no line."""
        self.playing = self.speaking = False
