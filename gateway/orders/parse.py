"""From mentions to order lines: one pass over an utterance, with the order so far in hand.

Each mention is applied to the line being spoken of. A repair marker ("no", "I mean", "make that") lets the next mention
take the place of the last of its kind, so that only the final meaning is left. The menu is all it knows about food.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.orders.clusters import Cluster, read_cluster
from gateway.orders.draft import Draft
from gateway.orders.elided import opens_run, read_run
from gateway.orders.grammar import Cue
from gateway.orders.intent import Ambiguity, OrderContext
from gateway.orders.lexicon import Mention
from gateway.orders.menu import Item
from gateway.orders.phrases import noun_phrases
from gateway.orders.strange import asks_for_more, is_strange, strange_run
from gateway.orders.workbench import Reading, Workbench

_VERBS = frozenset({Cue.ADD, Cue.CHANGE, Cue.REMOVE, Cue.TAKE})
_FAR = 8  # mentions that may stand between "take" and its "off"


def read(mentions: Sequence[Mention], context: OrderContext) -> Reading:
    """Reads one utterance against the order in `context`. Never raises, whatever was said."""
    bench = Reader(mentions, Workbench.laid_out(context)).run()
    return Reading(
        tuple(bench.drafts), tuple(bench.unknown), tuple(bench.strange), tuple(bench.ambiguous), bench.repairs
    )


class Reader:
    """One pass over one utterance."""

    def __init__(self, mentions: Sequence[Mention], bench: Workbench) -> None:
        """`bench` holds the order; it is changed by `run`."""
        self._mentions = mentions
        self._bench = bench
        self._phrases = noun_phrases(mentions, bench.menu)
        self._at = 0
        self._handlers: dict[Cue, Callable[[Mention], None]] = {
            Cue.NO: self._read_no, Cue.WITHOUT: self._read_without, Cue.WITH: self._read_with,
            Cue.EXTRA: self._read_qualifier, Cue.LIGHT: self._read_qualifier, Cue.SIDE: self._read_side,
            Cue.REPAIR: self._read_repair, Cue.FORGET: self._read_forget, Cue.TAKE: self._read_take,
            Cue.ADD: self._read_verb, Cue.CHANGE: self._read_verb, Cue.REMOVE: self._read_verb,
            Cue.PRONOUN: self._read_pronoun, Cue.SAME: self._read_same, Cue.TO: self._read_to,
        }  # fmt: skip

    def run(self) -> Workbench:
        """Reads everything."""
        while self._at < len(self._mentions):
            mention = self._mentions[self._at]
            if mention.stop:
                self._bench.end_clause()
            if self._at in self._phrases:
                self._at = self._read_phrase(self._at, self._phrases[self._at])
            elif mention.of("modifier"):
                self._read_choice(mention)
                self._at += 1
            elif opens_run(mention):
                self._at += read_run(self._bench, self._mentions, self._at, self._phrases)
            elif mention.cue is not None:
                handler = self._handlers.get(mention.cue)
                if handler is not None:
                    handler(mention)
                self._at += 1
            else:
                self._at += self._read_strange() or 1
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
        self._bench.end_negation()
        self._bench.negating, self._bench.repairing = True, False

    def _read_with(self, mention: Mention) -> None:
        self._bench.end_negation()
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
        if self._next() is None and current is not None and current.line_id is None:
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

    # ------------------------------------------------------------------ dishes
    def _read_phrase(self, start: int, head: int) -> int:
        """Applies the noun phrase from `start` to its head; returns where to go on."""
        bench, mention = self._bench, self._mentions[head]
        strange = [m for m in self._mentions[start:head] if is_strange(m)]
        bench.unknown.extend((m.text, m.start, m.end) for m in strange)
        opened = self._mentions[start].cue is Cue.AN or self._mentions[start].number is not None
        if bench.negated_group is not None or (bench.negated_strange and opened):
            bench.end_negation()  # "without onions and a Coke", whether the onions are on the menu or not
        items = bench.items(mention)
        cluster = read_cluster(self._mentions[start:head], Draft(items[0] if items else None))
        known = self._known(items, mention, cluster)
        if self._taken_off(known, items, cluster, start):
            bench.end_negation()
        elif not items and self._only_a_heading(mention, cluster):
            pass
        elif self._says_again(items, start, head):
            pass  # "one pizza pie"
        elif known is not None and self._refers(known, cluster, start):
            bench.point_at(known)
            if cluster.quantity is not None and bench.changing:
                known.quantity, known.touched = cluster.quantity, True
        elif bench.repairing and items and bench.current is not None and bench.current.item is not None:
            self._replace(bench.current, items, mention, cluster)
        elif items:
            bench.add(bench.new(items, mention, cluster))
        else:
            self._read_heading(mention, cluster)
        bench.repairing, bench.qualifier = False, None
        return head + 1

    def _taken_off(self, known: Draft | None, items: Sequence[Item], cluster: Cluster, start: int) -> bool:
        """Whether the phrase is about what is not wanted: "no Coke", "take one Coke off", "actually no pepperoni"."""
        bench = self._bench
        before = self._mentions[start - 1] if start else None
        denied = before is not None and before.cue is Cue.REPAIR and before.text.endswith(" no")
        denied = denied and known is not None and known is bench.current and not cluster.options
        if not (bench.negating or denied or (bench.removing and not cluster.modifiers)):
            return False
        if known is not None:
            if cluster.quantity is not None and cluster.quantity < (known.quantity or 1):
                known.quantity = (known.quantity or 1) - cluster.quantity
                known.touched = True
            else:
                bench.remove(known)
        return True

    def _known(self, items: Sequence[Item], mention: Mention, cluster: Cluster) -> Draft | None:
        """The draft that a noun phrase may point at, the latest first."""
        categories = {sense.id for sense in mention.of("category")}
        fits = [
            d for d in self._bench.alive
            if d.item is not None and (d.item in items if items else d.item.category in categories)
            and all(d.options.get(key, value) == value for key, value in cluster.options.items())
        ]  # fmt: skip
        place = cluster.ordinal if cluster.ordinal is not None else -1
        return fits[place] if -len(fits) <= place < len(fits) else None

    def _refers(self, known: Draft, cluster: Cluster, start: int) -> bool:
        """Whether a noun phrase means a line that is there, and not one more."""
        if cluster.ordinal is not None:
            return True
        before = self._mentions[start - 1].cue if start else None
        if cluster.definite and known.line_id is not None and before is not Cue.ADD and cluster.quantity is None:
            return True  # "no, the wings should be garlic"
        if self._bench.repairing:
            return False
        if self._bench.changing:
            return not cluster.article
        return cluster.definite and before is Cue.ON and bool(self._bench.loose)

    def _says_again(self, items: Sequence[Item], start: int, head: int) -> bool:
        before = self._mentions[start - 1] if start else None
        return start == head and before is not None and bool(items) and self._bench.items(before) == items

    def _replace(self, current: Draft, items: Sequence[Item], mention: Mention, cluster: Cluster) -> None:
        self._bench.repairs += 1
        current.become(items[0])
        current.likeness = min(current.likeness, mention.likeness)
        current.end = mention.end
        self._bench.apply(current, cluster)
        self._bench.swapping = False

    def _only_a_heading(self, mention: Mention, cluster: Cluster) -> bool:
        """Whether a kind of dish is only mentioned beside a dish of that kind: "a coke to drink", "a side of fries"."""
        if cluster.modifiers or cluster.options:
            return False
        categories = {sense.id for sense in mention.of("category")}
        named = [item for m in self._mentions for item in self._bench.items(m)]
        return any(item.category in categories for item in named)

    def _read_heading(self, mention: Mention, cluster: Cluster) -> None:
        """ "a large pizza" where there are several: the caller has to say which; what follows is about none yet."""
        categories = {sense.id for sense in mention.of("category")}
        items = [item for item in self._bench.menu.items if item.category in categories]
        if len(items) == 1:
            self._bench.add(self._bench.new(items, mention, cluster))
        else:
            span = (mention.start, mention.end)
            self._bench.ambiguous.append(Ambiguity(mention.text, tuple(item.id for item in items), span))
            self._bench.current = Draft(None, start=mention.start)

    # ------------------------------------------------------------------ choices
    def _read_choice(self, mention: Mention) -> None:
        bench = self._bench
        draft = bench.draft_for(mention)
        if draft is None:
            if bench.current is None or bench.current.item is not None:
                bench.unknown.append((mention.text, mention.start, mention.end))
            return
        sense = next(s for s in mention.of("modifier") if draft.accepts_modifier(s))
        if bench.negated_group not in {None, sense.owner} and self._mentions[self._at - 1].cue is not Cue.OR:
            bench.end_negation()  # "no sausage and thin crust": the negation stays within its kind
        present = draft.modifier(sense.owner, sense.id)
        wanted = present is not None and not present.negated
        said_last = bench.repairing and wanted and bench.last is not None and bench.last[1] is present
        if bench.removing or said_last or (bench.negating and wanted):
            bench.negated_group = sense.owner if bench.negating else None
            bench.leave_out(draft, mention, sense)
        else:
            negated = bench.take_back(draft, sense, bench.negating) if bench.repairing else bench.negating
            added = bench.put(draft, mention, bench.qualifier, negated)
            bench.negated_group = sense.owner if bench.negating else None
            if added is not None:
                bench.last = draft, added
                bench.loose.append(bench.last)
        bench.qualifier, bench.repairing, bench.count = None, False, None
        draft.end = max(draft.end, mention.end)
        bench.current = draft
