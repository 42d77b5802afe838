"""What customers write back, and what they are answered."""

import pytest

from gateway.orders.restaurant import Language
from gateway.orders.wording.text_replies import Reply, ReplyKind, read_reply, reply_answer


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        ("STOP", "stop", "en"),
        (" Stop! ", "stop", "en"),
        ("un-subscribe", "stop", "en"),
        ("STOP ALL", "stop", "en"),
        ("opt out", "stop", "en"),
        ("ALTO", "stop", "es"),
        ("¡Parar!", "stop", "es"),
        ("no más", "stop", "es"),
        ("Start", "start", "en"),
        ("alta", "start", "es"),
        ("help?", "help", "en"),
        ("Información", "help", "es"),
        ("please stop by at seven", "other", None),
        ("", "other", None),
        ("👍", "other", None),
    ],
)
def test_a_keyword_stands_alone(text: str, kind: ReplyKind, language: Language | None) -> None:
    assert read_reply(text) == Reply(kind, language)


def told(reply: Reply, *, answered: bool = False) -> str | None:
    return reply_answer(reply, "Osteria", "+15550100000", "es", answered=answered)


def test_twilio_answers_its_own_keywords() -> None:
    assert told(Reply("stop", "en")) is None
    assert told(Reply("start", "en")) is None
    assert told(Reply("help", "en"), answered=True) is None


def test_everything_else_is_answered_in_its_language() -> None:
    assert (
        told(Reply("stop", "es"))
        == "Osteria: no recibirá más mensajes nuestros. Responda ALTA para volver a recibirlos."
    )
    assert "call +15550100000" in (told(Reply("help", "en")) or "")
    assert "aquí nadie lee mensajes" in (told(Reply("other")) or "")
