"""The words before a dish, or in its place: "two large", "the second one", "another", "twelve"."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.grammar import ORDINALS, Cue
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.intent import Qualifier


@dataclass(slots=True)
class Cluster:
    """What such words say. `modifiers` are (mention, qualifier, negated)."""

    quantity: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    modifiers: list[tuple[Mention, Qualifier | None, bool]] = field(default_factory=list)
    definite: bool = False
    article: bool = False
    ordinal: int | None = None
    other: bool = False
    another: bool = False
    pronoun: bool = False

    def read_determiner(self, mention: Mention) -> None:
        """An article, an ordinal, "other", "another"."""
        if mention.cue is Cue.AN:
            self.article = True
        elif mention.cue is Cue.THE:
            self.definite = True
        elif mention.cue is Cue.ORDINAL:
            self.ordinal, self.definite = ORDINALS[mention.tokens[0].word], True
        elif mention.cue is Cue.OTHER:
            self.other = self.definite = True
        elif mention.cue is Cue.ANOTHER:
            self.another = True

    def read_number(self, mention: Mention, probe: Draft) -> None:
        """A number counts the dish, unless the dish comes in that number: "twelve wings" are one portion of twelve."""
        sizes = [sense for sense in mention.of("option") if probe.accepts_option(sense)]
        if sizes and self.quantity is None and not self.options.get(sizes[0].owner):
            self.options[sizes[0].owner] = sizes[0].id
        else:
            self.pronoun = mention.number == 1 and self.article
            self.quantity = mention.number


def read_cluster(mentions: Sequence[Mention], probe: Draft) -> Cluster:
    """The meaning of the words before a head. Later words of a kind replace earlier ones: "a medium, sorry, a large".

    `probe` is a draft of the dish meant; without an item (a dish not named) any size counts.
    """
    cluster = Cluster()
    qualifier: Qualifier | None = None
    negated = False
    for mention in mentions:
        if mention.number is not None:
            cluster.read_number(mention, probe)
        elif mention.of("modifier") and any(map(probe.accepts_modifier, mention.of("modifier"))):
            cluster.modifiers.append((mention, qualifier, negated))
            qualifier, negated = None, False
        elif mention.of("option"):
            fitting = [s for s in mention.of("option") if probe.item is None or probe.accepts_option(s)]
            cluster.options |= {sense.owner: sense.id for sense in fitting[:1]}
        elif mention.cue is Cue.EXTRA or mention.cue is Cue.LIGHT:
            qualifier = "extra" if mention.cue is Cue.EXTRA else "light"
        elif mention.cue is Cue.NO:
            negated = True
        else:
            cluster.read_determiner(mention)
    if cluster.definite and cluster.quantity == 1:
        cluster.quantity = None  # "the large one"
    return cluster
