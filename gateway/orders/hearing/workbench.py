"""The order on the bench while one utterance is read: the drafts, which one is spoken of, and what is pending.

The parts of parsing share one `Workbench`. Its flags say how the next mention is to be taken (negated, taken off,
in place of the last); its methods are the few ways in which drafts change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.orders.hearing.clusters import Cluster
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.vocabulary import Sense
from gateway.orders.intent import Ambiguity, IntentModifier, OrderContext, Qualifier
from gateway.orders.menu import Item, Menu, ModifierGroup
from gateway.orders.order import Placement


@dataclass(frozen=True, slots=True)
class Reading:
    """What one utterance came to.

    Attributes:
        drafts: all lines, touched or not.
        unknown: what was asked for and is not on the menu, with its span.
        strange: all words that nothing explains, names of people among them.
        ambiguous: words that could mean several things.
        repairs: how often something was taken back.
        leaps: how often the words left it to the reader what they belong to.
    """

    drafts: tuple[Draft, ...]
    unknown: tuple[tuple[str, int, int], ...]
    strange: tuple[str, ...]
    ambiguous: tuple[Ambiguity, ...]
    repairs: int
    leaps: int


@dataclass(slots=True)
class Workbench:
    """State of one reading. Make it with `laid_out`."""

    menu: Menu
    drafts: list[Draft]
    asked: Draft | None = None
    current: Draft | None = None
    unknown: list[tuple[str, int, int]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    ambiguous: list[Ambiguity] = field(default_factory=list)
    negating: bool = False
    negated_group: str | None = None
    negated_strange: bool = False
    removing: bool = False
    changing: bool = False
    repairing: bool = False
    swapping: bool = False
    qualifier: Qualifier | None = None
    count: int | None = None
    loose: list[tuple[Draft, IntentModifier]] = field(default_factory=list)
    last: tuple[Draft, IntentModifier] | None = None
    split: tuple[Draft, int] | None = None
    headings: list[Draft] = field(default_factory=list)
    together: list[Draft] = field(default_factory=list)
    for_all: bool = False
    options_for_all: dict[str, str] = field(default_factory=dict)
    options_last: dict[str, str] = field(default_factory=dict)
    fresh: int = 0
    """Where in `loose` the choices begin that were said last, under one "with" or "no"."""
    pending: list[tuple[Mention, Qualifier | None, bool]] = field(default_factory=list)
    placement: Placement = "whole"
    halved: bool = False
    unplaced: list[tuple[Draft, IntentModifier]] = field(default_factory=list)
    first_half: Draft | None = None
    pair: bool = False
    combo: Draft | None = None
    swapped: tuple[Draft, Sense] | None = None
    sizes_before: list[Cluster] = field(default_factory=list)
    size_ahead: Cluster | None = None
    said: list[tuple[Draft, IntentModifier]] = field(default_factory=list)
    rivals: list[tuple[Draft, IntentModifier, IntentModifier]] = field(default_factory=list)
    """Choices of a group of one that were said one after the other: (dish, earlier, later)."""
    repairs: int = 0
    leaps: int = 0

    @classmethod
    def laid_out(cls, context: OrderContext) -> "Workbench":
        """The lines of the order as drafts; the line asked about, or else the last, is the one spoken of."""
        drafts = [d for line in context.lines if (d := Draft.of_line(line, context.menu)) is not None]
        asked = next((d for d in drafts if d.line_id is not None and d.line_id == context.asked_line), None)
        bench = cls(context.menu, drafts, asked, asked or (drafts[-1] if drafts else None))
        bench.combo = asked if asked is not None and asked.item is not None and asked.item.slots else None
        return bench

    @property
    def alive(self) -> list[Draft]:
        """The drafts that stand, in order."""
        return [draft for draft in self.drafts if not draft.removed]

    @property
    def likely(self) -> list[Draft]:
        """The drafts that stand, the likeliest to be meant first. A draft may come twice."""
        first = [d for d in (self.current, self.asked) if d is not None and not d.removed]
        return [*first, *(made for draft in reversed(self.alive) for made in (draft, *draft.parts))]

    @property
    def named(self) -> list[Draft]:
        """The drafts that a name can point at: those that stand, and what fills their slots."""
        return [made for draft in self.alive for made in (draft, *draft.parts)]

    def is_ordered(self, draft: Draft) -> bool:
        """Whether it stood in the order before this utterance, be it as part of a combo."""
        return any(draft is made for line in self.alive if line.line_id is not None for made in (line, *line.parts))

    def items(self, mention: Mention) -> list[Item]:
        """The dishes that a mention can mean."""
        return [item for sense in mention.of("item") if (item := self.menu.item(sense.id)) is not None]

    def end_negation(self) -> None:
        """What follows is wanted again."""
        self.negating, self.negated_group, self.negated_strange = False, None, False

    def end_clause(self) -> None:
        """A sentence is over: nothing pending reaches into the next."""
        self.end_negation()
        self.removing = self.changing = self.swapping = False
        self.qualifier, self.count, self.loose, self.together, self.for_all = None, None, [], [], False
        self.end_halves()

    def end_halves(self) -> None:
        """What follows is said of the whole again."""
        self.placement, self.halved, self.unplaced = "whole", False, []

    def add(self, draft: Draft) -> None:
        """Puts a new draft on the bench; it is spoken of from now on."""
        self.drafts.append(draft)
        self.end_halves()
        if draft.item is not None and draft.item.slots:
            self.combo = draft
        self.current, self.loose, self.last, self.split, self.count = draft, [], None, None, None
        self.together, self.for_all, self.options_last = [], False, {}
        self.changing = self.swapping = False

    def new(self, items: Sequence[Item], mention: Mention, cluster: Cluster) -> Draft:
        """A draft of a dish just named. Of several that bear the name the first is taken, and the doubt noted."""
        if len(items) > 1:
            ids = tuple(item.id for item in items)
            self.ambiguous.append(Ambiguity(mention.text, ids, (mention.start, mention.end)))
        draft = Draft(items[0], start=mention.start, end=mention.end, likeness=mention.likeness, touched=True)
        draft.open_defaults(self.menu)
        draft.fill_single_slots(self.menu)
        if self.size_ahead is not None:
            self.apply(draft, self.size_ahead)
            self.size_ahead = None
        self.apply(draft, cluster)
        return draft

    def set_aside(self, mention: Mention) -> None:
        """Keeps a choice that no line takes, for the dish that may be named after it ("ham and pesto on a pizza")."""
        sense = mention.of("modifier")[0]
        if self.negated_group not in {None, sense.owner}:
            self.end_negation()
        self.pending.append((mention, self.qualifier, self.negating))
        self.negated_group = sense.owner if self.negating else None
        self.qualifier = None

    def take_up_pending(self) -> None:
        """Gives the dish just named the choices that were said before it, as far as it takes them."""
        draft = self.current
        assert draft is not None, "a dish was just named"
        kept = []
        for mention, qualifier, negated in self.pending:
            if any(map(draft.accepts_modifier, mention.of("modifier"))):
                self.leaps += 1
                self.put(draft, mention, qualifier, negated)
            else:
                kept.append((mention, qualifier, negated))
        self.pending = kept

    def give_up_pending(self) -> None:
        """No dish took them: they are told as unknown, unless they were not wanted."""
        for mention, _, negated in self.pending:
            if not negated:
                self.unknown.append((mention.text, mention.start, mention.end))
        self.pending = []

    def remove(self, draft: Draft) -> None:
        """Takes a draft away."""
        draft.removed = draft.touched = True
        self.current = next(reversed(self.alive), None)

    def apply(self, draft: Draft, cluster: Cluster) -> None:
        """Gives a draft what was said before its name."""
        if cluster.quantity is not None:
            draft.quantity, draft.touched = cluster.quantity, True
        draft.set_options(cluster.options)
        for mention, qualifier, negated in cluster.modifiers:
            self.put(draft, mention, qualifier, negated)

    def point_at(self, draft: Draft) -> None:
        """The caller speaks of a line that is there: choices said just before belong to it."""
        for holder, modifier in self.loose:
            if holder is not draft and draft.accepts_modifier(Sense("modifier", modifier.id, modifier.group)):
                holder.drop(modifier)
                draft.put(modifier, self.menu)
        self.loose = []
        self.current, self.swapping = draft, self.changing

    def draft_for(self, mention: Mention) -> Draft | None:
        """Whom a choice belongs to: the line spoken of, the one asked about, else the latest that takes it.

        To take something off, a line that has it comes first. A dish that the menu does not have swallows its choices.
        """
        if self.current is not None and self.current.item is None:
            return None
        senses = mention.of("modifier")
        fits = [draft for draft in self.likely if any(map(draft.accepts_modifier, senses))]
        said_now = self.current is not None and self.current.line_id is None
        if self.removing or (self.negating and not said_now):
            fits.sort(key=lambda draft: not any(draft.modifier(s.owner, s.id) for s in senses))
        return fits[0] if fits else None

    def put(self, draft: Draft, mention: Mention, qualifier: Qualifier | None, negated: bool) -> IntentModifier | None:
        """Adds a choice to a draft that takes it; None when its group cannot be gone without and that was wanted."""
        senses = [sense for sense in mention.of("modifier") if draft.accepts_modifier(sense)]
        group = self.menu.group(senses[0].owner)
        if group is None or (negated and not group.negatable):
            return None
        between = tuple(sense.id for sense in senses if sense.owner == group.id)
        if len(between) > 1:
            self.ambiguous.append(Ambiguity(mention.text, between, (mention.start, mention.end)))
        draft.likeness = min(draft.likeness, mention.likeness)
        modifier = IntentModifier(
            id=between[0],
            group=group.id,
            qualifier=qualifier if group.qualifiable else None,
            negated=negated,
            count=mention.count or self.count or 1,
            between=between if len(between) > 1 else (),
            placement="whole" if group.halves is None else self.placement,
            instead_of=self._swapped_for(draft, group),
        )
        rival = self._rival(draft, modifier, group)
        put = draft.put(modifier, self.menu)
        if rival is not None:
            self.rivals.append((draft, rival, put))
        self.unplaced.append((draft, put))
        self.said.append((draft, put))
        return put

    def _rival(self, draft: Draft, modifier: IntentModifier, group: ModifierGroup) -> IntentModifier | None:
        """The choice said in this utterance that this one would take the place of, without a word of correction."""
        if group.max != 1 or modifier.negated or self.repairing or self.changing or modifier.instead_of is not None:
            return None
        earlier = next((m for m in draft.modifiers if m.group == group.id and not m.negated), None)
        said_now = any(holder is draft and put is earlier for holder, put in self.said)
        return earlier if earlier is not None and said_now and earlier.id != modifier.id else None

    def _swapped_for(self, draft: Draft, group: ModifierGroup) -> str | None:
        """The default that the choice takes the place of: "swap the fries for a salad"."""
        swapped, self.swapped = self.swapped, None
        fits = swapped is not None and swapped[0] is draft and swapped[1].owner == group.id
        return swapped[1].id if swapped is not None and fits else None

    def leave_out(self, draft: Draft, mention: Mention, sense: Sense) -> None:
        """Takes a choice off: one that was added goes, one that the dish comes with is marked as not wanted."""
        group = self.menu.group(sense.owner)
        option = group.option(sense.id) if group is not None else None
        present = draft.modifier(sense.owner, sense.id)
        if present is not None:
            draft.drop(present)
        if present is None or (option is not None and option.default):
            self.put(draft, mention, None, negated=True)

    def take_back(self, draft: Draft, sense: Sense, negated: bool) -> bool:
        """Takes out the choice that the next one replaces; its negation carries over ("no pickles, sorry, onions")."""
        if self.last is None or self.last[0] is not draft or self.last[1] not in draft.modifiers:
            return negated
        self.repairs += 1
        last = self.last[1]
        draft.drop(last)
        # "no whip, wait, I do want whip" wants it; "no pickles, sorry, onions" does not want onions
        return negated or (last.negated and last.group == sense.owner and sense.id not in (last.id, *last.between))
