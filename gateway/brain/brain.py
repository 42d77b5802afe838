"""The conversation that the local Realtime server holds, as a language model would hold it. Pure.

It knows what a model is given: instructions, tool schemas, the conversation. The menu comes from get_menu, the order
from tool results; nothing is kept between responses, so a conversation handed to a fresh session goes on where it was.
Words are understood by `OrderProcessor`; everything that changes the order is a tool call.
"""

from collections.abc import Sequence

from gateway.brain.heed import comes_back, heed
from gateway.brain.menu import Filled, expected, processor_for
from gateway.brain.mind import CallTools, Prompt, Said, Say, Step, ToolRequest
from gateway.brain.notes import asks_for_a_person, emergency_number, held_summary, keyed, rejected
from gateway.brain.offers import OfferAnswers
from gateway.brain.phrases import for_caller, menu_aloud, say, topic_of
from gateway.brain.plan import order_calls, question_calls, said_time
from gateway.brain.sentences import Sentences, only_allergies, pickup_or_delivery
from gateway.brain.view import Outcome, View, view_of
from gateway.orders.hearing.emergency import is_emergency
from gateway.orders.intent import OrderContext, OrderIntent
from gateway.orders.processor import OrderProcessor, assent


class Brain:
    """A mind that takes orders. It has no state: one instance serves any number of connections."""

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        """The steps of a response: something to say, tools to call, or both (a goodbye, then end_call)."""
        return _Turn(prompt).decide()

    def expects(self, prompt: Prompt) -> Sequence[str]:
        """What the caller may say next, from the menu and from what was asked."""
        view = view_of(prompt)
        return expected(view.asked, view.menu)


RETURNED = "nobody answered:"
"""How the note begins that a caller comes back with from a telephone that nobody took."""


class _Turn:
    """One response in the making."""

    def __init__(self, prompt: Prompt) -> None:
        self._tools = {tool.name: tool for tool in prompt.tools} if prompt.tool_choice != "none" else {}
        self._prompt = prompt
        self._view: View = view_of(prompt)
        self._language = self._view.language
        self._notes = " ".join((*self._view.notes, prompt.request or ""))
        words = self._view.words or ("" if self._view.outcomes else keyed(self._notes, self._language))
        # What was said before a transfer that came to nothing was answered by it.
        self._words = "" if RETURNED in self._notes.lower() else words
        self._sentences = Sentences(self._view)
        self._offers = OfferAnswers(self._view, self._sentences)

    def decide(self) -> tuple[Step, ...]:
        view = self._view
        if "emergency:" in self._notes.lower() or is_emergency(view.words):
            return self._say("emergency", number=emergency_number(self._notes, self._prompt.instructions))
        if rejected(self._notes) is not None:
            return self._heed(self._notes)
        if asks_for_a_person(self._notes) and not view.outcomes:
            return self._transfer("the caller pressed 0")
        if self._words:
            return self._look_up() or self._answer(self._words)
        if view.outcomes:
            return self._go_on(view.outcomes)
        return self._heed(self._notes)

    def _look_up(self) -> tuple[Step, ...]:
        """The menu and the order come first, once; a model cannot act without them."""
        view, said = self._view, said_time(self._view, self._words)
        needs_clock = view.now is None and said is not None and (said.in_minutes is not None or (said.day or 0) > 1)
        wanted = [("get_menu", view.menu is None), ("get_order", view.latest is None), ("get_hours", needs_clock)]
        names = [n for n, need in wanted if need and n in self._tools and n not in view.looked_up]
        return (CallTools(tuple(ToolRequest(name) for name in names)),) if names else ()

    # ------------------------------------------------------------------ what happened besides words
    def _heed(self, notes: str) -> tuple[Step, ...]:
        """Answers a note of the system, or goes on when there is none."""
        if comes_back(notes) and (look_ups := self._look_up()):
            return look_ups
        told = heed(notes, self._prompt.instructions, self._view, self._sentences)
        return (Say(told.words),) if told.leave is None else self._leave(told.words, told.leave)

    # ------------------------------------------------------------------ the caller's words
    def _answer(self, words: str) -> tuple[Step, ...]:
        if self._view.menu is None:
            return self._say("failed")
        intent, _ = self._understand(words)
        if (steps := self._offers.steps(intent, words)) is not None:
            return self._offered(steps)
        if intent.intent == "transfer":
            return self._transfer("the caller asked for a person")
        if intent.intent == "cancel":
            return self._call(ToolRequest("cancel_order"))
        if intent.intent == "message" and "leave_message" in self._tools:
            return self._offered(self._offers.take_message(words))
        if "spanish" in words.lower() or "espa" in words.lower():
            key = "spanish_ok" if self._language == "es" else "spanish"
            return (Say(f"{say(key, self._language)} {self._question()}"),)
        calls = order_calls(intent, self._view)
        if self._view.asked == "held_order":
            return self._take_up(intent, calls)
        if self._view.asked == "read_back" and not intent.items and assent(words) == "yes":
            return self._call(*calls, ToolRequest("confirm_order"))
        asked = question_calls(intent, self._view, words, self._tools)
        if calls or asked:
            return self._call(*calls, *asked)
        if intent.intent.startswith("ask_"):
            return (Say(f"{self._tell(intent)} {self._question()}"),)
        return self._reply(intent)

    def _understand(self, words: str) -> tuple[OrderIntent, OrderProcessor]:
        """The intent of words that were said before this turn's tool calls, or of those that are new."""
        view = self._view
        assert view.menu is not None
        processor = processor_for(view.menu)
        gap = next((gap.line_id for gap in view.line_gaps), None)
        context = OrderContext(view.menu, view.lines, view.asked, gap, self._language)
        intent = processor.parse_order_intent(words, context)
        doubt = self._doubt(processor, context, intent.about)
        return (intent if doubt is None else processor.parse_order_intent(doubt(words), context)), processor

    def _doubt(self, processor: OrderProcessor, context: OrderContext, about: Sequence[str]) -> Filled | None:
        """When the agent asked which dish was meant and was told: the sentence in which the answer has to be put."""
        if topic_of(self._view.last_said) != "line" or self._view.line_gaps:
            return None
        earlier = processor.parse_order_intent(self._view.earlier_words, context)
        if earlier.items or not earlier.ambiguous or not set(about) & set(earlier.ambiguous[0].between):
            return None
        return Filled(self._view.earlier_words, earlier.ambiguous[0].span)

    def _take_up(self, intent: OrderIntent, calls: tuple[ToolRequest, ...]) -> tuple[Step, ...]:
        """The answer about the order held from an earlier call; what else was said comes after it."""
        if intent.assent == "unclear":  # "what did I have?": it is told again with the question
            told = (e.text for e in self._prompt.history if isinstance(e, Said) and e.role == "system")
            return self._say("held_again", summary=held_summary(" ".join(told)))
        return self._call(ToolRequest("resume_order", {"accept": intent.assent == "yes"}), *calls)

    def _reply(self, intent: OrderIntent) -> tuple[Step, ...]:
        """Words that change nothing."""
        view, language = self._view, self._language
        if intent.unknown or intent.ambiguous:
            return (Say(self._troubles(intent)),)
        if intent.intent == "repeat" and view.asked == "read_back":
            return self._call(self._read_back())
        if intent.intent in {"done", "deny"} and view.asked in {"anything_else", None} and not view.line_gaps:
            return self._close() if view.lines else self._say("nothing")
        if intent.intent == "done" and not view.line_gaps and view.lines:
            return self._close()
        if view.asked == "read_back":
            return self._say("change" if assent(self._words) == "no" else "sure")
        if intent.intent == "confirm" and view.asked == "anything_else":
            return self._say("what")
        if intent.intent in {"greeting", "confirm"} and not view.lines:
            return self._say("what")
        return (Say(f"{say('again', language)} {self._question()}"),)

    def _tell(self, intent: OrderIntent) -> str:
        assert self._view.menu is not None
        if intent.intent == "ask_menu" and not intent.unknown:
            return menu_aloud(self._view.menu, self._language)
        if intent.intent == "ask_hours":
            return self._view.hours or say("hours", self._language)
        if intent.intent == "ask_menu":
            return self._sentences.unknown(intent)
        processor = processor_for(self._view.menu)
        return processor.generate_response(intent, processor.validate_order(intent), self._language)

    # ------------------------------------------------------------------ after tools
    def _go_on(self, outcomes: tuple[Outcome, ...]) -> tuple[Step, ...]:
        """What follows from the results of the tools just called."""
        last = outcomes[-1]
        match last.name:
            case "end_call":
                return ()
            case "transfer_to_staff":
                return () if last.result.ok else (Say(self._sentences.refused(last)),)
            case "confirm_order":
                return self._confirmed(last)
            case "read_back":
                return (Say(last.result.say if last.result.ok else self._not_placed(last)),)
            case "cancel_order":
                return self._say("cancelled") if last.result.ok else (Say(self._sentences.refused(last)),)
            case "leave_message" | "check_allergens" | "quote_time" | "repeat_order":
                told = say("kept", self._language) if last.name == "leave_message" else for_caller(last.result.say)
                told = told if last.result.ok else self._sentences.refused(last)
                return (Say(" ".join((*self._sentences.noted_allergies(outcomes), told, self._question()))),)
            case _:
                return self._changed(outcomes)

    def _confirmed(self, outcome: Outcome) -> tuple[Step, ...]:
        if outcome.result.ok:
            told = for_caller(outcome.result.say) if self._language == "en" else ""  # the tool speaks English here
            thanks = told or say("thanks", self._language)
            return self._leave(f"{thanks} {say('goodbye', self._language)}", "the order is placed")
        if not self._view.unavailable and (self._view.line_gaps or self._view.customer_gaps):
            return (Say(self._question(closing=True)),)
        if not self._view.unavailable and "read_back" in outcome.result.error:
            return self._call(self._read_back())
        return (Say(self._not_placed(outcome)),)

    def _not_placed(self, outcome: Outcome) -> str:
        """Why the order cannot be read back or placed, and what can be done about it."""
        view = self._view
        if view.unavailable:
            return self._sentences.run_out(view.unavailable)
        if view.line_gaps or "age" in view.customer_gaps:
            return self._question(closing=True)
        if not for_caller(outcome.result.error) and view.latest is not None and view.latest.state == "read_back":
            return say("sure", self._language)
        return self._sentences.refused(outcome)

    def _changed(self, outcomes: tuple[Outcome, ...]) -> tuple[Step, ...]:
        """The order changed: say what was refused or not understood, then ask on, or read back when that is all."""
        view, language = self._view, self._language
        refused = [for_caller(o.result.error) for o in outcomes if not o.result.ok and o.result.error]
        intent = self._understand(view.dealt)[0] if view.menu is not None else None
        strange = intent is not None and (intent.unknown or intent.ambiguous) and view.offered is None
        doubts = self._troubles(intent) if intent is not None and strange else ""
        names = {outcome.name for outcome in outcomes}
        more = only_allergies(outcomes) or not view.lines
        if not (refused or doubts or view.line_gaps or more) and self._wants_no_more(names, intent):
            return self._close()
        if (asks := pickup_or_delivery(outcomes)) is not None:
            return self._say(asks)
        if refused or doubts:
            last = outcomes[-1].result
            instead = ("alternative" if len(last.alternatives) == 1 else "alternatives") if last.alternatives else ""
            question = doubts or (say(instead, language) if instead and not last.ok else self._question())
            return (Say(" ".join((*(text for text in refused if text), question))),)
        key = "off" if "remove_line" in names and "set_line" not in names else "noted"
        if only_allergies(outcomes):
            return (Say(f"{for_caller(outcomes[-1].result.say)} {self._question()}"),)
        if names == {"resume_order"}:
            key = "good" if view.lines else "held_dropped"
        return (Say(f"{say(key, language)} {self._question()}"),)

    def _wants_no_more(self, names: set[str], intent: OrderIntent | None) -> bool:
        """Whether this turn completed the order: the caller said so, only told who they are, or settled what was asked.

        "Anything else?" is asked once and after every new dish, not after an answer to a question about a dish.
        """
        if names == {"set_customer"} or (intent is not None and intent.done):
            return True
        if self._view.offered in {"instead", "take_off", "later"}:
            return True  # it was read back before
        settled = "resume_order" not in names and self._answers_a_question()
        return settled and self._view.offered_more

    def _answers_a_question(self) -> bool:
        return topic_of(self._view.last_said) in {"line", "read_back", "name", "fulfilment", "time"}

    def _close(self) -> tuple[Step, ...]:
        """The caller has everything: who it is for, if "that is all" was said; else the read-back."""
        gaps = self._view.customer_gaps
        asked_for = topic_of(self._view.last_said) in {"anything_else", "name", "fulfilment", "address"}
        if gaps and (asked_for or self._said_done()):
            return (Say(self._question(closing=True)),)
        state = self._view.latest.state if self._view.latest is not None else ""
        if state == "read_back":
            return self._call(ToolRequest("confirm_order"))
        return self._call(self._read_back())

    def _said_done(self) -> bool:
        words = self._view.words or self._view.dealt
        return bool(words) and self._view.menu is not None and self._understand(words)[0].done

    def _question(self, *, closing: bool = False) -> str:
        return self._sentences.question(closing=closing)

    def _troubles(self, intent: OrderIntent) -> str:
        return self._sentences.troubles(intent)

    # ------------------------------------------------------------------ steps
    def _say(self, key: str, **words: str) -> tuple[Step, ...]:
        return (Say(say(key, self._language, **words)),)

    def _call(self, *requests: ToolRequest) -> tuple[Step, ...]:
        """The calls, as far as the session offers those tools."""
        offered = tuple(request for request in requests if request.name in self._tools)
        return (CallTools(offered),) if offered else self._say("failed")

    def _offered(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """Steps that were found without a look at which tools the session has."""
        made: list[Step] = []
        for step in steps:
            made += [step] if isinstance(step, Say) else self._call(*step.requests)
        return tuple(made)

    def _read_back(self) -> ToolRequest:
        return ToolRequest("read_back", {"language": "es"} if self._language == "es" else {})

    def _transfer(self, reason: str) -> tuple[Step, ...]:
        request = ToolRequest("transfer_to_staff", {"reason": reason})
        return (*self._say("person"), *self._call(request)) if request.name in self._tools else self._say("failed")

    def _leave(self, words: str, reason: str) -> tuple[Step, ...]:
        request = ToolRequest("end_call", {"reason": reason})
        return (Say(words), *(self._call(request) if request.name in self._tools else ()))
