"""From mentions to order lines: one pass over an utterance, with the order so far in hand.

Each mention is applied to the line being spoken of. A repair marker ("no", "I mean", "make that") lets the next mention
take the place of the last of its kind, so that only the final meaning is left. The menu is all it knows about food.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.orders.hearing.choices import read_choice
from gateway.orders.hearing.dishes import read_dish
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.elided import opens_run, read_run
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.halves import read_half
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.measures import take_up_counts
from gateway.orders.hearing.phrases import noun_phrases
from gateway.orders.hearing.repairs import settle_repairs
from gateway.orders.hearing.strange import asks_for_more, is_strange, strange_run
from gateway.orders.hearing.tidy import tidy
from gateway.orders.hearing.together import go_without_the_others, speak_of_all, spread
from gateway.orders.hearing.workbench import Reading, Workbench
from gateway.orders.intent import OrderContext

_VERBS = frozenset({Cue.ADD, Cue.CHANGE, Cue.REMOVE, Cue.TAKE})
_DENIALS = frozenset({"don't", "do not", "dont", "none", "nothing"})
_EVERYTHING = frozenset({"everything", "all toppings", "all the toppings", "the works", "todo"})
_SAID_OF_ALL = frozenset({Cue.WITH, Cue.WITHOUT, Cue.NO, Cue.EXTRA, Cue.LIGHT, Cue.ON})
_FAR = 8  # mentions that may stand between "take" and its "off"


def read(mentions: Sequence[Mention], context: OrderContext) -> Reading:
    """Reads one utterance against the order in `context`. Never raises, whatever was said."""
    settled = settle_repairs(mentions)
    bench = Workbench.laid_out(context)
    bench.repairs = settled.repairs
    Reader(take_up_counts(settled.mentions), bench).run()
    return Reading(
        tuple(bench.drafts),
        tuple(bench.unknown),
        tuple(bench.strange),
        tuple(bench.ambiguous),
        bench.repairs,
        bench.leaps,
    )


class Reader:
    """One pass over one utterance."""

    def __init__(self, mentions: Sequence[Mention], bench: Workbench) -> None:
        """`bench` holds the order; it is changed by `run`."""
        self._mentions = mentions
        self._bench = bench
        self._phrases = noun_phrases(mentions, bench.menu)
        self._at = 0
        again = self._read_wanted_again
        self._handlers: dict[Cue, Callable[[Mention], None]] = {
            Cue.NO: self._read_no, Cue.WITHOUT: self._read_without, Cue.WITH: self._read_with,
            Cue.EXTRA: self._read_qualifier, Cue.LIGHT: self._read_qualifier, Cue.SIDE: self._read_side,
            Cue.REPAIR: self._read_repair, Cue.FORGET: self._read_forget, Cue.TAKE: self._read_take,
            Cue.ADD: self._read_verb, Cue.CHANGE: self._read_verb, Cue.REMOVE: self._read_verb,
            Cue.PRONOUN: self._read_pronoun, Cue.SAME: self._read_same, Cue.TO: self._read_to,
            Cue.DO: again, Cue.UNLESS: again, Cue.ONLY: again, Cue.BUT: again,
        }  # fmt: skip

    def run(self) -> Workbench:
        """Reads everything."""
        while self._at < len(self._mentions):
            mention = self._mentions[self._at]
            if mention.stop:
                self._bench.end_clause()
            if self._at in self._phrases:
                head = self._phrases[self._at]
                read_dish(self._bench, self._mentions, self._at, head)
                self._at = head + 1
            elif mention.of("modifier"):
                read_choice(self._bench, self._mentions, self._at)
                self._at += 1
            elif self._speaks_of_all(mention):
                self._read_each(mention)
                self._at += 1
            elif mention.cue is Cue.HALF and not mention.senses:
                read_half(self._bench, self._mentions, self._at)
                self._at += 1
            elif opens_run(mention):
                self._at += read_run(self._bench, self._mentions, self._at, self._phrases)
            elif mention.text in _DENIALS and self._denies_a_choice():
                self._read_without(mention)
                self._at += 1
            elif mention.cue is not None:
                handler = self._handlers.get(mention.cue)
                if handler is not None:
                    handler(mention)
                self._at += 1
            else:
                self._at += self._read_strange() or 1
        tidy(self._bench)
        return self._bench

    def _next(self) -> Mention | None:
        return self._mentions[self._at + 1] if self._at + 1 < len(self._mentions) else None

    # ------------------------------------------------------------------ cue words
    def _read_no(self, mention: Mention) -> None:
        """ "no" denies, takes back what was said, or negates what follows; what comes next tells which."""
        following = self._next()
        if following is None:
            return
        sized = (following.number is not None or bool(following.of("option"))) and not following.of("modifier")
        if following.pause or sized or following.cue in _VERBS | {Cue.REPAIR, Cue.AN, Cue.THE}:
            self._bench.repairing, self._bench.qualifier = True, None
        else:
            self._read_without(mention)

    def _read_without(self, _mention: Mention) -> None:
        ahead = self._mentions[self._at + 1 : self._at + 3]
        if not any(_goes_on_choosing(mention) or mention.cue in _VERBS for mention in ahead):
            go_without_the_others(self._bench)  # "one with whip and one without"
            return
        self._bench.end_negation()
        self._bench.negating, self._bench.repairing, self._bench.fresh = True, False, len(self._bench.loose)

    def _read_wanted_again(self, _mention: Mention) -> None:
        """ "no onions, just pickles": what follows is wanted."""
        before = self._mentions[self._at - 1] if self._at else None
        if _mention.cue is Cue.BUT and before is not None and before.text in _EVERYTHING and before.senses:
            self._read_without(_mention)
        elif self._bench.negated_group is not None or self._bench.negated_strange or _mention.cue is Cue.UNLESS:
            self._bench.end_negation()
        if _mention.cue is Cue.DO:
            self._bench.removing = False

    def _denies_a_choice(self) -> bool:
        """Whether "don't" is about a choice ("don't toast it"), or "none" is about all of them."""
        following = self._next()
        if self._mentions[self._at].text == "none":
            return following is None or not following.senses
        return following is not None and bool(following.of("modifier")) and not following.pause

    def _speaks_of_all(self, mention: Mention) -> bool:
        """Whether "both" or "all" means every dish so far. "all" alone does so before what can be said of a dish."""
        if mention.cue is Cue.EACH:
            return True
        following = self._next()
        if mention.text not in {"all", "everything"} or mention.senses or following is None:
            return False
        said_of = following.cue in _SAID_OF_ALL or following.of("modifier") or following.of("option")
        return bool(said_of) and not following.pause

    def _read_each(self, mention: Mention) -> None:
        """ "both large", "all with cream", "hold the onions on both"."""
        current, before = self._bench.current, self._mentions[self._at - 1] if self._at else None
        speak_of_all(self._bench, "both" in mention.text)
        named_last = before is not None and bool(before.of("item")) and not mention.pause
        if current is not None and named_last and (current.quantity or 1) > 1 and not self._bench.headings:
            self._bench.together = [current]  # "four drunken noodles all with beef"
        following = self._next()
        leads = (
            following is not None and not following.pause and bool(following.senses or following.cue in _SAID_OF_ALL)
        )
        if mention.text.startswith(("on ", "for ", "in ", "to ")) or not leads:
            spread(self._bench)

    def _read_with(self, mention: Mention) -> None:
        self._bench.end_negation()
        self._bench.fresh = len(self._bench.loose)
        self._bench.removing = False
        if self._bench.swapping:
            self._read_to(mention)

    def _read_to(self, _mention: Mention) -> None:
        """ "change the Coke to a Sprite": what follows takes the place of what was pointed at."""
        self._bench.repairing = self._bench.changing
        self._bench.removing = False

    def _read_qualifier(self, mention: Mention) -> None:
        if self._bench.negated_group is not None:
            self._bench.end_negation()
        self._bench.qualifier = "extra" if mention.cue is Cue.EXTRA else "light"

    def _read_side(self, _mention: Mention) -> None:
        if self._bench.last is None:
            return
        draft, modifier = self._bench.last
        group = self._bench.menu.group(modifier.group)
        if group is not None and group.qualifiable and modifier in draft.modifiers:
            self._bench.last = draft, draft.put(replace(modifier, qualifier="side"), self._bench.menu)

    def _read_repair(self, mention: Mention) -> None:
        following = self._next()
        self._bench.repairing = following is not None and following.cue not in _VERBS | {Cue.AND}
        self._bench.qualifier = None
        self._bench.changing = self._bench.changing or "make" in mention.text

    def _read_forget(self, _mention: Mention) -> None:
        """ "forget that" ends a thought: the dish just said goes, unless something is put in its place."""
        current = self._bench.current
        following = self._next()
        over = following is None or following.cue in _VERBS | {Cue.AND}
        if over and current is not None and current.line_id is None:
            self._bench.remove(current)
        else:
            self._bench.repairing = True

    def _read_take(self, mention: Mention) -> None:
        """ "I'll take a Coke" adds, "take the Coke off" removes: the "off" may come some words later."""
        ahead = self._mentions[self._at + 1 : self._at + 1 + _FAR]
        until = next((i for i, m in enumerate(ahead) if m.cue in _VERBS or m.stop), len(ahead))
        self._read_verb(mention)
        self._bench.removing = any(m.cue is Cue.OFF for m in ahead[:until])

    def _read_verb(self, mention: Mention) -> None:
        bench = self._bench
        bench.end_clause()
        bench.repairing = False
        bench.removing, bench.changing = mention.cue is Cue.REMOVE, mention.cue is Cue.CHANGE

    def _read_pronoun(self, _mention: Mention) -> None:
        """ "take that off": what was spoken of last goes, unless the next words name it."""
        ahead = self._mentions[self._at + 1 : self._at + 3]
        named = any(mention.senses or mention.number is not None for mention in ahead)
        if self._bench.removing and self._bench.current is not None and not named:
            self._bench.remove(self._bench.current)

    def _read_same(self, _mention: Mention) -> None:
        current = self._bench.current
        if current is not None and current.item is not None:
            self._bench.add(current.twin())

    def _read_strange(self) -> int:
        """Words that the menu does not explain: noted, and as a dish of their own when something opens one."""
        run = strange_run(self._mentions, self._at)
        words = self._mentions[self._at : self._at + run]
        if not words:
            return 0
        text = " ".join(word.text for word in words)
        self._bench.strange.append(text)
        self._bench.negated_strange = self._bench.negating
        before = self._mentions[self._at - 1] if self._at else None
        if not self._bench.negating and (before is None or asks_for_more(before)):
            self._bench.unknown.append((text, words[0].start, words[-1].end))
            if before is not None and (
                before.cue in {Cue.AN, Cue.ANOTHER, Cue.ADD} or before.of("option") or before.number is not None
            ):
                self._bench.current = Draft(None, start=words[0].start)
        return run


def _goes_on_choosing(mention: Mention) -> bool:
    """Whether something that can be left out may follow: a choice, a dish, a word the menu does not know."""
    return bool(mention.senses) or mention.cue in {Cue.EXTRA, Cue.LIGHT, Cue.THE, Cue.AN} or is_strange(mention)
