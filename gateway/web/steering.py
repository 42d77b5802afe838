"""Where a call is led whose people at the restaurant want something done at once, while no process serves it.

A call in `<Dial>` or `<Gather>` asks us something only when that is over. Twilio can be told to ask now: `/twiml/next`
where the staff's telephone rings or speaks, else the turn that the caller is being asked for, with nothing heard. Both
take what lies in the store. Pure.
"""

from urllib.parse import urlencode

from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import StaffAction
from twiml.steer import steer


def steering_document(
    call: Call, action: StaffAction, command_id: str, fence: int | None, public_url: str
) -> str | None:
    """The document to lead the call to; None: it is better left where it is.

    Args:
        call: folded from the log, served by nobody.
        action: what is wanted. A hint is in no hurry, and whoever rings already need not be rung to take the call.
        command_id: of the command in the store: the question is answered once for each.
        fence: under which the last leg held the call; None: it never had one.
        public_url: where Twilio reaches us.
    """
    if action == "hint" or call.leg == 0:
        return None
    if call.textual and call.state is not State.DISCONNECTED:
        if fence is None:
            return None
        turn = {"leg": call.leg, "turn": call.turn + 1, "fence": fence}
        return steer(f"{public_url}/twiml/gather?{urlencode(turn)}")
    if action == "take_over" and call.ended is not None and call.ended.next == "transfer":
        return None
    return steer(f"{public_url}/twiml/next?{urlencode({'leg': call.leg + 1, 'staff': command_id})}")
