"""What is to reach a call from outside while it is on, in whichever process it is served: from staff, and the kitchen.

It lies in the store until the call's log has it (`gateway.store.commands`).
"""

from datetime import datetime

from gateway.call.kitchen import KitchenNews, kitchen_said
from gateway.call.machine import Call
from gateway.call.staff import StaffCommand, staff_acted
from gateway.events import KitchenSaid, StaffActed

Command = StaffCommand | KitchenNews


def event_of(command: Command, at: datetime) -> StaffActed | KitchenSaid:
    """The event that tells a call of it, from `at` (aware UTC) on."""
    return staff_acted(command, at) if isinstance(command, StaffCommand) else kitchen_said(command, at)


def was_taken(command: Command, call: Call) -> bool:
    """Whether the call knows of it already."""
    return command.id in (call.staff.taken if isinstance(command, StaffCommand) else call.kitchen.taken)
