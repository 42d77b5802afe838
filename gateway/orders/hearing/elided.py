"""Sizes, numbers and references that stand without a dish: "one large and one small", "the second one", "twelve".

They mean a dish that was named before, or the line that the agent asked about.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from gateway.orders.hearing.clusters import Cluster, read_cluster
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.strange import strange_run
from gateway.orders.hearing.workbench import Workbench

_RUN = frozenset({Cue.AN, Cue.THE, Cue.ORDINAL, Cue.OTHER, Cue.ONE, Cue.ANOTHER})
_IN_A = frozenset({Cue.WITH, Cue.ON})
_FURTHER = frozenset({Cue.OTHER, Cue.ANOTHER, Cue.ORDINAL})
_DESCRIBES = frozenset({Cue.WITH, Cue.NO, Cue.WITHOUT, Cue.EXTRA, Cue.LIGHT, Cue.ON})


def opens_run(mention: Mention) -> bool:
    """Whether such words begin here."""
    return mention.number is not None or bool(mention.of("option")) or mention.cue in _RUN


def read_run(bench: Workbench, mentions: Sequence[Mention], at: int, phrases: Mapping[int, int]) -> int:
    """Applies the run that begins at `at`; returns how many mentions it took. `phrases`: where dishes begin."""
    end, counted = _end_of_run(mentions, at, phrases)
    run, before = mentions[at:end], mentions[at - 1].cue if at else None
    if end == at + 1 and mentions[at].cue in {Cue.AN, Cue.THE, Cue.ONE}:
        return 1
    if strange_run(mentions, end) and not mentions[end].pause:
        return end - at  # "a large lasagne": the size is that of a dish we do not have
    if (bench.together or bench.for_all) and not counted:
        _set_all(bench, run)
        return end - at
    bench.together = []
    if _belongs_to_next(mentions, end, run, phrases):
        bench.sizes_before.append(read_cluster(run, Draft(None)))
        return end - at
    target = _target(bench, run)
    if (
        target is not None
        and not _takes(target, mentions[end : end + 1])
        and _implied(bench, run, mentions[end : end + 1])
    ):
        target = bench.current  # "a burger and a medium sweet tea", where only iced tea can be sweet
    if target is not None and not _fits(target, run):
        bench.leaps += 1
        return end - at  # "a large" of something that comes in no sizes
    target = target or _implied(bench, run, mentions[end:])
    cluster = read_cluster(run, target or Draft(None))
    bench.options_last = cluster.options
    ahead = _Ahead(mentions, end, phrases)
    if _divides(bench, target, cluster, before, ahead):
        _share(bench, target, cluster)
    elif target is not None and _varies(bench, target, cluster, before, ahead.first):
        _twin(bench, target, cluster, bare=False)
    elif _counts_a_choice(bench, cluster, ahead.first):
        bench.count = cluster.quantity
    elif cluster.definite:
        _read_reference(bench, cluster)
    elif target is not None:
        _read_elided(bench, target, cluster, before, ahead.first)
    elif ahead.first is not None and ahead.first.cue is Cue.HALF:
        bench.size_ahead = cluster  # "a large, half margherita and half pepperoni"
    return end - at


def _belongs_to_next(mentions: Sequence[Mention], end: int, run: Sequence[Mention], phrases: Mapping[int, int]) -> bool:
    """ "a small and a large vanilla shake": the size is that of the dish named after the next one."""
    head = phrases.get(end + 1)
    if head is None or mentions[end].cue is not Cue.AND or not mentions[head].of("item"):
        return False
    sizes = {sense.owner for mention in run for sense in mention.of("option")}
    return any(sense.owner in sizes for mention in mentions[end + 1 : head] for sense in mention.of("option"))


def _end_of_run(mentions: Sequence[Mention], at: int, phrases: Mapping[int, int]) -> tuple[int, bool]:
    """Where a run ends, and whether a number is in it."""
    end, counted = at + 1, mentions[at].number is not None
    while end < len(mentions) and end not in phrases and _continues(mentions[end], counted):
        if mentions[end].cue is Cue.AN and any(mention.of("option") for mention in mentions[at:end]):
            break  # "a small, a medium"
        counted = counted or mentions[end].number is not None
        end += 1
    return end, counted


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What follows a run."""

    mentions: Sequence[Mention]
    at: int
    phrases: Container[int]

    @property
    def first(self) -> Mention | None:
        return self.mentions[self.at] if self.at < len(self.mentions) else None

    @property
    def describes(self) -> bool:
        """Whether words that describe a part follow: "with ham", "on rye", "without"."""
        return self.first is not None and self.first.cue in _DESCRIBES

    def further_part(self) -> bool:
        """Whether another number or "the other" opens a further part before the sentence or the dish is over."""
        for place in range(self.at, len(self.mentions)):
            mention = self.mentions[place]
            if mention.stop or place in self.phrases:
                return False
            if mention.number is not None or mention.cue in _FURTHER:
                return True
        return False

    def further_size(self) -> bool:
        """Whether "a" and a size follow in the same sentence: "three colas, a small, a medium and a large"."""
        for place in range(self.at, len(self.mentions) - 1):
            if self.mentions[place].stop or place in self.phrases:
                return False
            if self.mentions[place].cue is Cue.AN and self.mentions[place + 1].of("option"):
                return True
        return False


def _divides(bench: Workbench, target: Draft | None, cluster: Cluster, before: Cue | None, ahead: _Ahead) -> bool:
    """Whether a number takes a part of the number just said: "two lattes, one with oat milk"."""
    sized = cluster.article and bool(cluster.options)
    one = cluster.ordinal is not None or (
        sized and (ahead.describes or bench.split is not None or ahead.further_size())
    )
    part = cluster.quantity if cluster.quantity is not None else 1 if one else None
    if part is None or bench.repairing or before is Cue.WITH:
        return False
    if bench.split is not None:
        return bench.split[1] > 0
    if cluster.ordinal not in {None, 0} or target is None or part >= (target.quantity or 1):
        return False
    if any(target.options.get(dimension, option) != option for dimension, option in cluster.options.items()):
        return False  # "two medium colas and one large" are three
    described = ahead.first is not None and bool(ahead.first.of("modifier")) and not ahead.first.pause
    return bool(cluster.options) or ahead.describes or (described and ahead.further_part())


def _share(bench: Workbench, target: Draft | None, cluster: Cluster) -> None:
    quantity = cluster.quantity or 1
    if bench.split is not None:
        divide(bench, bench.split[0], quantity, cluster.options)
        return
    assert target is not None
    rest = (target.quantity or 1) - quantity
    target.quantity, target.touched = quantity, True
    bench.split = (target.twin(), rest)
    target.set_options(cluster.options)
    bench.current = target


def _varies(bench: Workbench, target: Draft, cluster: Cluster, before: Cue | None, following: Mention | None) -> bool:
    """ "two pork ramen and one tofu": one more, with another choice where there is only one."""
    if before is not Cue.AND or cluster.quantity is None or cluster.options or following is None:
        return False
    for sense in following.of("modifier"):
        group = bench.menu.group(sense.owner)
        others = [m for m in target.modifiers if m.group == sense.owner and m.id != sense.id and not m.negated]
        if group is not None and group.max == 1 and others and target.line_id is None:
            return True
    return False


def _set_all(bench: Workbench, run: Sequence[Mention]) -> None:
    """ "both large": a size said of every dish."""
    for draft in bench.together:
        draft.set_options(read_cluster(run, draft).options)
    if bench.for_all:
        bench.options_for_all |= read_cluster(run, Draft(None)).options


def _continues(mention: Mention, counted: bool) -> bool:
    if mention.stop or (mention.number is not None and (mention.pause or counted)):
        return False
    return opens_run(mention) and not mention.of("modifier")


def _takes(target: Draft, following: Sequence[Mention]) -> bool:
    """Whether a choice that follows is one for the dish; so it is when none does."""
    return all(any(map(target.accepts_modifier, m.of("modifier"))) for m in following if m.of("modifier"))


def _fits(target: Draft, run: Sequence[Mention]) -> bool:
    """Whether the dish comes in a size that is said, if one is said. Numbers may count it."""
    sizes = [sense for mention in run if mention.number is None for sense in mention.of("option")]
    return not sizes or any(map(target.accepts_option, sizes))


def _counts_a_choice(bench: Workbench, cluster: Cluster, following: Mention | None) -> bool:
    """ "two shots of espresso": the number belongs to what follows."""
    if following is None or not following.of("modifier") or following.pause or bench.repairing or bench.changing:
        return False
    return bool(cluster.quantity) and not cluster.options and not cluster.definite


def _target(bench: Workbench, run: Sequence[Mention]) -> Draft | None:
    """The draft that a bare size or number is about: one that is open to it, one that it fits, else the current one."""
    senses = [sense for mention in run for sense in mention.of("option")]
    likely = bench.likely
    if not (bench.repairing or bench.changing):
        for draft in likely:
            lacks = draft.lacks(bench.menu)
            if any(draft.accepts_option(sense) and sense.owner in lacks for sense in senses):
                return draft
    return next((d for d in likely if any(map(d.accepts_option, senses))), likely[0] if likely else None)


def _implied(bench: Workbench, run: Sequence[Mention], after: Sequence[Mention]) -> Draft | None:
    """The only dish that takes the choice said next: "a large with mushrooms", where there is one kind of dish."""
    choice = next((mention for mention in after if mention.of("modifier")), None)
    if choice is None or bench.removing or bench.negating:
        return None
    groups = {sense.owner for sense in choice.of("modifier")}
    fits = [item for item in bench.menu.items if groups & set(item.modifier_groups)]
    if len(fits) != 1:
        return None
    if not _fits(Draft(fits[0]), run):
        return None
    draft = Draft(fits[0], start=choice.start, end=choice.end, touched=True, likeness=0.95)
    bench.add(draft)
    return draft


def _read_reference(bench: Workbench, cluster: Cluster) -> None:
    """ "the small", "the second one", "the other": an existing line, or the rest of a number being divided."""
    if cluster.other and bench.split is not None and bench.split[1] > 0:
        base, left = bench.split
        divide(bench, base, left, cluster.options)
        return
    alive = [draft for draft in bench.alive if draft.item is not None]
    setting = bench.changing and (cluster.ordinal is not None or cluster.other)  # "make the second one small"
    fits = [d for d in alive if setting or all(d.options.get(k) == v for k, v in cluster.options.items())]
    if cluster.other:
        fits = [draft for draft in fits if draft is not bench.current]
    place = cluster.ordinal if cluster.ordinal is not None else -1
    if not -len(fits) <= place < len(fits):
        if bench.current is not None and not bench.removing:
            bench.current.set_options(cluster.options)  # "the large one", said to "which size?"
    elif bench.removing and not bench.loose:
        bench.remove(fits[place])
    else:
        bench.point_at(fits[place])
        if setting:
            fits[place].set_options(cluster.options)


def _read_elided(
    bench: Workbench, target: Draft, cluster: Cluster, before: Cue | None, following: Mention | None
) -> None:
    """ "one large and one small", "another with ham", "twelve": a dish that is not named again."""
    quantity, options = cluster.quantity, cluster.options
    described = following is not None and following.cue in _DESCRIBES
    if bench.repairing or (bench.changing and bench.split is None):
        bench.repairs += bench.repairing
        _set(target, cluster)
        bench.current, bench.repairing = target, False
        bench.split = (target, 0) if quantity is not None and options else None
    elif options and (cluster.pronoun or before in _IN_A) and set(options) <= set(target.lacks(bench.menu)):
        _set(target, Cluster(options=options))  # "an americano, a small one with honey", "a latte in a tall"
        bench.current = target
    elif cluster.another or (described and target.settled and (quantity is not None or cluster.article)):
        _twin(bench, target, cluster, bare=described or bool(options))
    elif target.touched and before in {Cue.AND, Cue.ADD} and _sized_anew(bench, target, cluster):
        _twin(bench, target, cluster, bare=True)
    elif before is Cue.AND and quantity is not None and target.quantity is not None and target.line_id is None:
        _twin(bench, target, cluster, bare=True)  # "two spicy sandwiches and one plain"
    else:
        _set(target, cluster)
        bench.current = target


def _sized_anew(bench: Workbench, target: Draft, cluster: Cluster) -> bool:
    """Whether "and a small" names a size that the dish before already has: one more, then."""
    new = cluster.quantity is not None or cluster.article
    return new and bool(cluster.options) and not set(cluster.options) & set(target.lacks(bench.menu))


def _set(target: Draft, cluster: Cluster) -> None:
    target.set_options(cluster.options)
    if cluster.quantity is not None:
        target.quantity, target.touched = cluster.quantity, True


def _twin(bench: Workbench, target: Draft, cluster: Cluster, *, bare: bool) -> None:
    bench.leaps += 1
    twin = target.twin(bare=bare)
    if cluster.another:
        twin.options = dict(target.options)  # "a large with ham and another one with bacon"
    twin.quantity = cluster.quantity
    twin.set_options(cluster.options)
    bench.add(twin)


def divide(bench: Workbench, base: Draft, quantity: int, options: dict[str, str]) -> None:
    """One part of a number that is being shared out: "one with ham and the other with pineapple"."""
    left = bench.split[1] if bench.split is not None else 0
    bench.leaps += 1
    part = base.twin()
    part.quantity = quantity
    part.set_options(options)
    bench.add(part)
    bench.split = (base, max(left - quantity, 0))
