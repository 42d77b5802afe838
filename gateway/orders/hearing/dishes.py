"""Noun phrases with a dish at their head: one more line, or one that is meant, replaced, counted or taken off."""

from collections.abc import Sequence
from itertools import takewhile

from gateway.orders.hearing.clusters import Cluster, read_cluster
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.halves import half_of_number, names_a_half, second_half
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.slots import fill_slot
from gateway.orders.hearing.strange import is_strange
from gateway.orders.hearing.together import add_sizes_before, close_split
from gateway.orders.hearing.workbench import Workbench
from gateway.orders.intent import Ambiguity

_ENDS_A_LIST = frozenset({Cue.AND, Cue.WITH})


def read_dish(bench: Workbench, mentions: Sequence[Mention], start: int, head: int) -> None:
    """Applies the noun phrase from `start` to its head."""
    _Dish(bench, mentions, start, head).read()


class _Dish:
    """One noun phrase."""

    def __init__(self, bench: Workbench, mentions: Sequence[Mention], start: int, head: int) -> None:
        self._bench, self._mentions, self._start, self._head = bench, mentions, start, head
        self._mention = mentions[head]
        self._before = mentions[start - 1] if start else None
        self._items = bench.items(self._mention)
        probe = Draft(self._items[0] if self._items else None)
        self._cluster: Cluster = read_cluster(mentions[start:head], probe)
        halves = [
            m for m in mentions[start:head] if m.cue is Cue.HALF and not any(map(probe.accepts_option, m.of("option")))
        ]
        if halves:
            self._before = halves[-1]  # "half chocolate and half oatmeal", where half is a size of other dishes

    def read(self) -> None:
        bench, mention, cluster, items = self._bench, self._mention, self._cluster, self._items
        if self._names_all():
            return  # "all of those pizzas": they are spoken of together already
        strange = [m for m in self._mentions[self._start : self._head] if is_strange(m)]
        bench.unknown.extend((m.text, m.start, m.end) for m in strange)
        opened = self._mentions[self._start].cue is Cue.AN or self._mentions[self._start].number is not None
        if bench.negated_group is not None or (bench.negated_strange and opened):
            bench.end_negation()  # "without onions and a Coke", whether the onions are on the menu or not
        known = self._known()
        if self._taken_off(known):
            bench.end_negation()
        elif (not items and self._only_a_heading()) or self._says_again():
            pass  # "a coke to drink", "one pizza pie"
        elif names_a_half(bench, self._mentions, self._head, items):
            pass
        elif known is not None and self._refers(known):
            bench.point_at(known)
            if cluster.quantity is not None and bench.changing:
                known.quantity, known.touched = cluster.quantity, True
        elif second_half(bench, items, self._before) or fill_slot(bench, items, mention, cluster, self._before):
            pass
        elif bench.repairing and items and bench.current is not None and bench.current.item is not None:
            self._replace(bench.current)
        elif items:
            close_split(bench)
            draft = bench.new(items, mention, cluster)
            half_of_number(bench, draft, self._before)
            add_sizes_before(bench, draft)
            bench.add(draft)
            bench.take_up_pending()
        else:
            self._read_heading()
        bench.repairing, bench.qualifier = False, None

    def _names_all(self) -> bool:
        together, before = self._bench.together, self._before
        if not together or before is None or before.cue is not Cue.EACH or self._start < self._head:
            return False
        return all(draft.item in self._items for draft in together)

    def _taken_off(self, known: Draft | None) -> bool:
        """Whether the phrase is about what is not wanted: "no Coke", "take one Coke off", "actually no pepperoni"."""
        bench, cluster, before = self._bench, self._cluster, self._before
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

    def _known(self) -> Draft | None:
        """The draft that the phrase may point at, the latest first."""
        categories = {sense.id for sense in self._mention.of("category")}
        cluster, items = self._cluster, self._items
        fits = [
            d for d in self._bench.named
            if d.item is not None and (d.item in items if items else d.item.category in categories)
            and all(d.options.get(key, value) == value for key, value in cluster.options.items())
        ]  # fmt: skip
        place = cluster.ordinal if cluster.ordinal is not None else -1
        return fits[place] if -len(fits) <= place < len(fits) else None

    def _refers(self, known: Draft) -> bool:
        """Whether the phrase means a line that is there, and not one more."""
        cluster = self._cluster
        if cluster.ordinal is not None:
            return True
        before = self._before.cue if self._before is not None else None
        if cluster.definite and self._bench.is_ordered(known) and before is not Cue.ADD and cluster.quantity is None:
            return True  # "no, the wings should be garlic"
        if self._bench.repairing:
            return False
        if self._bench.changing:
            return not cluster.article
        pointed = cluster.definite or (self._before is not None and self._before.text.endswith(" the"))
        return pointed and before is Cue.ON

    def _says_again(self) -> bool:
        """ "one pizza pie", "a large pie with pesto and ham pizza": the dish is only named once more."""
        before, current = self._before, self._bench.current
        if self._start < self._head or before is None or not self._items:
            return False
        return self._bench.items(before) == self._items or (
            bool(before.of("modifier")) and current is not None and current.item in self._items and self._in_a_list()
        )

    def _in_a_list(self) -> bool:
        """Whether a "with" and its choices run without a break up to the phrase."""
        listed = takewhile(_is_listed, reversed(self._mentions[: self._start]))
        return any(mention.cue is Cue.WITH for mention in listed)

    def _replace(self, current: Draft) -> None:
        self._bench.repairs += 1
        current.become(self._items[0])
        current.likeness = min(current.likeness, self._mention.likeness)
        current.end = self._mention.end
        self._bench.apply(current, self._cluster)
        self._bench.swapping = False

    def _only_a_heading(self) -> bool:
        """Whether a kind of dish is only mentioned beside a dish of that kind: "a coke to drink", "a side of fries"."""
        if self._cluster.modifiers or self._cluster.options or (self._cluster.quantity or 1) > 1:
            return False
        categories = {sense.id for sense in self._mention.of("category")}
        named = [item for m in self._mentions for item in self._bench.items(m)]
        return any(item.category in categories for item in named)

    def _read_heading(self) -> None:
        """ "a large pizza" where there are several: the caller has to say which; what follows is about none yet."""
        bench, mention = self._bench, self._mention
        close_split(bench)
        categories = {sense.id for sense in mention.of("category")}
        items = [item for item in bench.menu.items if item.category in categories]
        if len(items) == 1:
            bench.add(bench.new(items, mention, self._cluster))
            bench.take_up_pending()
            return
        doubt = Ambiguity(mention.text, tuple(item.id for item in items), (mention.start, mention.end))
        bench.ambiguous.append(doubt)
        heading = Draft(None, self._cluster.quantity, dict(self._cluster.options), start=mention.start, end=mention.end)
        heading.heading = doubt
        bench.headings.append(heading)
        bench.current = heading


def _is_listed(mention: Mention) -> bool:
    return mention.number is None and (bool(mention.of("modifier")) or mention.cue in _ENDS_A_LIST)
