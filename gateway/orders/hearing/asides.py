"""What a turn says beside the food: allergies, a time, an address; and the words that are left for the menu.

Rules kept here: the words of an aside are taken out before dishes are looked for, so that "pick it up at six" is no
six of anything and "I'm allergic to mushrooms" puts none on the pizza; what is left keeps its length, so that spans
still point into the transcript.
"""

from dataclasses import dataclass

from gateway.orders.hearing.acts import MAX_LETTERS
from gateway.orders.hearing.addresses import said_address
from gateway.orders.hearing.allergies import allergy_spans, find_allergies, without_spans
from gateway.orders.hearing.callers import find_name, said_name
from gateway.orders.hearing.times import find_time
from gateway.orders.intent import SaidTime, Topic


@dataclass(frozen=True, slots=True)
class Asides:
    """The asides of one turn; `rest` is the transcript with a pause in the place of each.

    `name` is one that was called so ("my name is Ana"); others are left for `callers.find_name`.
    """

    allergies: tuple[str, ...]
    time: SaidTime | None
    address: str | None
    name: str | None
    rest: str


def read_asides(transcript: str, asked: Topic | None) -> Asides:
    """Everything in a turn that is not food, given what the agent asked last.

    Of a turn of more than 8,000 letters the beginning counts.
    """
    transcript = transcript[:MAX_LETTERS]
    time = find_time(transcript, asked=asked == "time")
    address = said_address(transcript, asked)
    spans = (
        *allergy_spans(transcript),
        *(() if time is None else time.spans),
        *(() if address is None else (address[1],)),
    )
    rest = without_spans(transcript, spans)
    named = said_name(rest)
    return Asides(
        allergies=find_allergies(transcript),
        time=time,
        address=None if address is None else address[0],
        name=None if named is None else find_name(rest, asked, ()),
        rest=rest if named is None else without_spans(rest, (named[1],)),
    )
