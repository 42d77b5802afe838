"""Sizes, numbers and references that stand without a dish: "one large and one small", "the second one", "twelve".

They mean a dish that was named before, or the line that the agent asked about.
"""

from collections.abc import Container, Sequence

from gateway.orders.clusters import Cluster, read_cluster
from gateway.orders.draft import Draft
from gateway.orders.grammar import Cue
from gateway.orders.lexicon import Mention
from gateway.orders.strange import strange_run
from gateway.orders.workbench import Workbench

_RUN = frozenset({Cue.AN, Cue.THE, Cue.ORDINAL, Cue.OTHER, Cue.ONE, Cue.ANOTHER})
_DESCRIBES = frozenset({Cue.WITH, Cue.NO, Cue.WITHOUT, Cue.EXTRA, Cue.LIGHT, Cue.ON})


def opens_run(mention: Mention) -> bool:
    """Whether such words begin here."""
    return mention.number is not None or bool(mention.of("option")) or mention.cue in _RUN


def read_run(bench: Workbench, mentions: Sequence[Mention], at: int, phrases: Container[int]) -> int:
    """Applies the run that begins at `at`; returns how many mentions it took. `phrases`: where dishes begin."""
    end = at + 1
    counted = mentions[at].number is not None
    while end < len(mentions) and end not in phrases and _continues(mentions[end], counted):
        counted = counted or mentions[end].number is not None
        end += 1
    following = mentions[end] if end < len(mentions) else None
    if end == at + 1 and mentions[at].cue in {Cue.AN, Cue.THE, Cue.ONE}:
        return 1
    if strange_run(mentions, end) and not mentions[end].pause:
        return end - at  # "a large lasagne": the size is that of a dish we do not have
    target = _target(bench, mentions[at:end])
    if target is not None and not _fits(target, mentions[at:end]):
        return end - at  # "a large" of something that comes in no sizes
    target = target or _implied(bench, mentions[at:end], mentions[end:])
    cluster = read_cluster(mentions[at:end], target or Draft(None))
    if _counts_a_choice(bench, cluster, following):
        bench.count = cluster.quantity
    elif cluster.definite:
        _read_reference(bench, cluster)
    elif target is not None:
        _read_elided(bench, target, cluster, mentions[at - 1].cue if at else None, following)
    return end - at


def _continues(mention: Mention, counted: bool) -> bool:
    if mention.stop or (mention.number is not None and (mention.pause or counted)):
        return False
    return opens_run(mention) and not mention.of("modifier")


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
    if cluster.other and bench.split is not None:
        base, left = bench.split
        _divide(bench, base, left, cluster.options)
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
    elif bench.split is not None and quantity is not None:
        _divide(bench, bench.split[0], quantity, options)
    elif quantity is not None and (options or described) and quantity < (target.quantity or 1):
        rest = (target.quantity or 1) - quantity
        target.quantity = quantity
        bench.split = (target.twin(), rest)
        target.set_options(options)
    elif cluster.another or (described and target.settled and (quantity is not None or cluster.article)):
        _twin(bench, target, cluster, bare=described or bool(options))
    elif target.touched and before in {Cue.AND, Cue.ADD} and _sized_anew(bench, target, cluster):
        _twin(bench, target, cluster, bare=True)
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
    twin = target.twin(bare=bare)
    twin.quantity = cluster.quantity
    twin.set_options(cluster.options)
    bench.add(twin)


def _divide(bench: Workbench, base: Draft, quantity: int, options: dict[str, str]) -> None:
    """One part of a number that is being shared out: "one with ham and the other with pineapple"."""
    left = bench.split[1] if bench.split is not None else 0
    part = base.twin()
    part.quantity = quantity
    part.set_options(options)
    bench.add(part)
    bench.split = (base, max(left - quantity, 0))
