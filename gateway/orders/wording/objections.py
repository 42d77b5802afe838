"""What to say to something that cannot be had: that it cannot, what can, and one question to go on with."""

from typing import Literal

from gateway.orders.intent import Fault
from gateway.orders.restaurant import Language
from gateway.orders.wording.money import number_words
from gateway.orders.wording.sentences import Speaker, capitalised

# kind: (what is wrong, what can be had instead if there is something, the question that follows)
_TEXTS: dict[Language, dict[str, tuple[str, str, str]]] = {
    "en": {
        "too_many": ("Sorry, I can take at most {most} of the {item}.", "", "How many would you like?"),
        "no_such_size": ("Sorry, the {item} does not come in {what}.", "It comes in {choices}.", "Which do you want?"),
        "one_size": ("Sorry, the {item} does not come in {what}, only in {choices}.", "", "Would that do?"),
        "no_size": ("Sorry, the {item} does not come that way.", "", "How would you like it?"),
        "too_many_choices": ("Sorry, the {item} takes at most {most} {what}.", "", "Which would you like to keep?"),
        "one_choice": ("Sorry, the {item} takes one {what} only.", "", "Which one: {choices}?"),
        "too_many_of_one": ("Sorry, the most is {most} portions of {what} on the {item}.", "", "Would that do?"),
        "one_of_one": ("Sorry, the most is one portion of {what} on the {item}.", "", "Would that do?"),
        "not_for_item": ("Sorry, the {item} does not come with {what}.", "", "Shall I leave that out?"),
        "not_negatable": (
            "Sorry, I cannot leave {what} off the {item}.", "You can have {choices} instead.", "Which would you like?",
        ),
        "one_instead": (
            "Sorry, I cannot leave {what} off the {item}.", "You can have {choices} instead.", "Would that do?",
        ),
        "only_with": ("Sorry, I cannot leave {what} off the {item}.", "", "Would you like it all the same?"),
        "not_qualifiable": ("Sorry, {what} on the {item} only comes as it is.", "", "Would that do?"),
        "no_halves": ("Sorry, I can put {what} only on the whole {item}, not on a half.", "", "Would that do?"),
        "no_half_item": (
            "Sorry, the {item} cannot be half {what}.", "It can be halved with {choices}.", "What would you like?",
        ),
        "not_swappable": (
            "Sorry, I cannot put {what} in place of {choices} on the {item}.", "", "Shall I leave it as it is?",
        ),
        "not_in_slot": ("Sorry, {what} is not part of the {item}.", "You can have {choices}.", "Which would you like?"),
        "not_on_offer": ("{say}", "We do have {choices}.", "Would you like one of those?"),
        "one_left": ("{say}", "We do have {choices}.", "Would you like that?"),
        "gone": ("{say}", "", "Would you like something else?"),
        "asked": ("{say}", "We do have {choices}.", ""),
    },
    "es": {
        "too_many": ("Lo siento, el máximo de {item} es {most}.", "", "¿Qué cantidad quiere?"),
        "no_such_size": ("Lo siento, no ofrecemos {item} {what}.", "Hay {choices}.", "¿Qué prefiere?"),
        "one_size": ("Lo siento, no ofrecemos {item} {what}, solo {choices}.", "", "¿Le parece bien?"),
        "no_size": ("Lo siento, no ofrecemos {item} de esa forma.", "", "¿De qué forma lo quiere?"),
        "too_many_choices": (
            "Lo siento, el máximo de {what} para {item} es {most}.", "", "¿Qué le gustaría conservar?",
        ),
        "one_choice": ("Lo siento, {item} lleva una sola opción de {what}.", "", "¿Cuál prefiere: {choices}?"),
        "too_many_of_one": ("Lo siento, el máximo para {item} es {most} porciones de {what}.", "", "¿Le parece bien?"),
        "one_of_one": ("Lo siento, el máximo para {item} es una porción de {what}.", "", "¿Le parece bien?"),
        "not_for_item": ("Lo siento, {item} no se ofrece con {what}.", "", "¿Lo dejo sin eso?"),
        "not_negatable": (
            "Lo siento, no puedo quitar {what} de {item}.", "En su lugar puede elegir {choices}.", "¿Qué prefiere?",
        ),
        "one_instead": (
            "Lo siento, no puedo quitar {what} de {item}.", "En su lugar puede elegir {choices}.", "¿Le parece bien?",
        ),
        "only_with": ("Lo siento, no puedo quitar {what} de {item}.", "", "¿Le parece bien así?"),
        "not_qualifiable": ("Lo siento, en {item} solo puedo poner {what} tal cual.", "", "¿Le parece bien?"),
        "no_halves": ("Lo siento, en {item} no puedo poner {what} en una sola mitad.", "", "¿Lo pongo en todo?"),
        "no_half_item": (
            "Lo siento, no se puede hacer mitad {item} y mitad {what}.", "Se combina con {choices}.", "¿Qué prefiere?",
        ),
        "not_swappable": ("Lo siento, en {item} no puedo cambiar {choices} por {what}.", "", "¿Lo dejo como viene?"),
        "not_in_slot": ("Lo siento, {what} no va en {item}.", "Puede elegir {choices}.", "¿Qué prefiere?"),
        "not_on_offer": ("Lo siento, {say}.", "Sí tenemos {choices}.", "¿Le gustaría algo de eso?"),
        "one_left": ("Lo siento, {say}.", "Sí tenemos {choices}.", "¿Le gustaría?"),
        "gone": ("Lo siento, {say}.", "", "¿Le gustaría otra cosa?"),
        "asked": ("Lo siento, {say}.", "Sí tenemos {choices}.", ""),
    },
}  # fmt: skip
_WHY_ES = {
    "sold_out": "se nos acabó: {what}",
    "daypart": "a esa hora no ofrecemos {what}",
    "weekday": "ese día no ofrecemos {what}",
    "date": "en esa fecha no ofrecemos {what}",
    "fulfilment": "para esa forma de entrega no ofrecemos {what}",
}


def objection(fault: Fault, speaker: Speaker) -> str:
    """The sentences for one fault."""
    item = speaker.menu.item(fault.item_id)
    problem, instead, question = _TEXTS[speaker.language][_form(fault)]
    sentences = (problem, instead if fault.choices else "", question)
    words = {
        "item": fault.item_id if item is None else item.spoken_name,
        "what": _what(fault, speaker),
        "most": number_words(fault.most, speaker.language),
        "choices": speaker.few([_choice(name, fault, speaker) for name in fault.choices], _joint(fault)),
        "say": _why(fault, speaker),
    }
    return " ".join(capitalised(sentence.format(**words)) for sentence in sentences if sentence)


def _form(fault: Fault) -> str:
    """Which wording fits: some faults are told otherwise when there is one of something, or nothing instead."""
    match fault.kind:
        case "no_such_size" if len(fault.choices) < 2:
            return "one_size" if fault.choices else "no_size"
        case "too_many_choices" if len(fault.choices) > 1:
            return "one_choice"
        case "too_many_of_one" if fault.most == 1:
            return "one_of_one"
        case "not_negatable" if len(fault.choices) < 2:
            return "one_instead" if fault.choices else "only_with"
        case "not_in_slot" if not fault.choices:
            return "not_for_item"
        case "not_on_offer" if fault.at is None:
            return "asked"
        case "not_on_offer" if len(fault.choices) < 2:
            return "one_left" if fault.choices else "gone"
    return fault.kind


def _joint(fault: Fault) -> Literal["and", "or"]:
    return "and" if fault.kind in {"not_on_offer", "no_such_size"} else "or"


def _what(fault: Fault, speaker: Speaker) -> str:
    match fault.kind:
        case "no_such_size":
            return speaker.in_size(fault.what)
        case "too_many_choices":
            return speaker.heading(fault.what)
        case _:
            return fault.what


def _choice(name: str, fault: Fault, speaker: Speaker) -> str:
    return speaker.in_size(name) if fault.kind == "no_such_size" else name


def _why(fault: Fault, speaker: Speaker) -> str:
    """Why something cannot be had now."""
    if fault.kind != "not_on_offer":
        return ""
    if speaker.language == "es":
        return _WHY_ES[fault.reason].format(what=fault.what)
    if fault.say.startswith(("We ", "The ")):
        return f"Sorry, {fault.say[0].lower()}{fault.say[1:]}"
    return f"Sorry. {fault.say}"
