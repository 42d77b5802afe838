"""The named deadlines of a call. The core names its next one; the session has one timer that waits for it."""

from datetime import datetime, timedelta


class Timers:
    """Deadlines by name, in aware UTC."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}

    def start(self, name: str, now: datetime, seconds: float) -> None:
        """Set the deadline `name` to `seconds` from `now`, in place of an earlier one."""
        self._due[name] = now + timedelta(seconds=seconds)

    def stop(self, name: str) -> None:
        """Forget the deadline `name`."""
        self._due.pop(name, None)

    def running(self, name: str) -> bool:
        """Whether the deadline `name` is set."""
        return name in self._due

    def shift(self, step: timedelta) -> None:
        """Move all deadlines by `step`: the clock was set, and no time has passed."""
        self._due = {name: at + step for name, at in self._due.items()}

    def clear(self) -> None:
        """Forget all deadlines."""
        self._due.clear()

    @property
    def next(self) -> datetime | None:
        """The earliest deadline."""
        return min(self._due.values(), default=None)

    def take_due(self, now: datetime) -> list[str]:
        """Remove and return the names whose deadline has come, earliest first."""
        due = sorted((at, name) for name, at in self._due.items() if at <= now)
        for _, name in due:
            del self._due[name]
        return [name for _, name in due]
