"""CommandStore: what is to reach a restaurant's calls, until the process that serves a call takes it.

It comes from the people there, who want something done, and from the POS, which says how far an order is
(`gateway.store.pos_status` writes that).

One stream per restaurant, so that a process with many calls asks once for all of them. A command lies there until it
stands in its call's log; whoever takes it removes it then: one for a call without a live leg waits for the next.
"""

from datetime import UTC, datetime
from typing import cast, get_args

from gateway.call.commands import Command
from gateway.call.kitchen import KitchenNews
from gateway.call.staff import MAX_HINT, MAX_NAME, StaffCommand, one_line
from gateway.events import KitchenStatus, StaffAction
from gateway.store import keys
from gateway.store.connection import Connection

MOST_WAITING = 100
"""Commands that wait for a restaurant's calls at a time; the oldest goes first."""
_ACTIONS = frozenset(get_args(StaffAction))
_STATUSES = frozenset(get_args(KitchenStatus))
_KITCHEN = "kitchen"


class CommandStore:
    """Commands for calls. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def give(
        self, restaurant_id: str, call_id: str, action: StaffAction, *, text: str = "", who: str = ""
    ) -> str:
        """Have something done with a call that is on; returns the command's id.

        Args:
            restaurant_id: whose call it is.
            call_id: the call, which must be live: nobody takes a command for another.
            action: what is to be done.
            text: of a hint; cut to `MAX_HINT` characters in one line.
            who: as the person calls themselves.
        """
        key = keys.commands_key(restaurant_id)
        fields = ("call", call_id, "action", action, "text", one_line(text, MAX_HINT), "who", one_line(who, MAX_NAME))
        given = await self._connection.command("XADD", key, "MAXLEN", MOST_WAITING, "*", *fields)
        await self._connection.command("EXPIRE", key, keys.LIVE_S)
        return str(given)

    async def waiting(self, restaurant_id: str, call_id: str | None = None) -> tuple[Command, ...]:
        """The commands that nobody has taken yet, oldest first: for all calls of a restaurant, or for one."""
        found = await self._connection.command("XRANGE", keys.commands_key(restaurant_id), "-", "+")
        commands = (_command(*entry) for entry in cast("list[tuple[str, dict[str, str]]]", found))
        return tuple(one for one in commands if one is not None and call_id in (None, one.call_id))

    async def taken(self, restaurant_id: str, command_id: str) -> None:
        """A command stands in its call's log: it need not be taken again."""
        await self._connection.command("XDEL", keys.commands_key(restaurant_id), command_id)


def _command(command_id: str, fields: dict[str, str]) -> Command | None:
    """None for what another version may have written."""
    action = fields.get("action")
    if action == _KITCHEN and fields.get("status") in _STATUSES:
        ready = fields.get("ready_at")
        return KitchenNews(
            command_id,
            fields.get("call", ""),
            fields.get("order", ""),
            cast("KitchenStatus", fields["status"]),
            fields.get("text", ""),
            datetime.fromtimestamp(int(ready) / 1000, UTC) if ready else None,
        )
    if action not in _ACTIONS:
        return None
    return StaffCommand(
        command_id, fields.get("call", ""), cast("StaffAction", action), fields.get("text", ""), fields.get("who", "")
    )
