"""What a menu declares about an allergy that a caller named in their own words.

Rules kept here: what an item does not declare is unknown, never free of it, so there is no answer "safe"; words are
matched generously (nuts and peanuts, milk and cheese), because a warning too many costs a sentence. The families are
those that food law names (EU 1169/2011, annex II; US FALCPA), in English and Spanish, the same for every restaurant.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.orders.menu import Allergens, Item
from gateway.orders.tooling.lookup import fold

_WORDS = (
    "milk dairy lactose cheese butter cream casein whey leche lacteo lactosa queso mantequilla nata caseina | "
    "egg mayonnaise mayo huevo mayonesa | "
    "gluten wheat coeliac celiac celiaca celiaco barley rye spelt oat trigo cebada centeno avena espelta | "
    "nut peanut almond walnut cashew hazelnut pistachio pecan macadamia nuez nueces cacahuete cacahuate mani almendra "
    "avellana anacardo pistacho pacana | "
    "fish anchovy salmon tuna cod pescado anchoa atun bacalao | "
    "shellfish crustacean shrimp prawn crab lobster crayfish marisco crustaceo camaron camarones gamba cangrejo "
    "langosta | "
    "mollusc mollusk oyster mussel clam squid octopus scallop molusco ostra mejillon mejillones almeja calamar pulpo "
    "vieira | "
    "soy soya soja tofu | sesame tahini sesamo ajonjoli | celery celeriac apio | mustard mostaza | "
    "lupin altramuz lupino | sulphite sulfite sulfito"
)
_FAMILIES = tuple(frozenset(fold(words).split()) for words in _WORDS.split("|"))
# Words that stand in names of allergens and say nothing by themselves.
_FILLERS = frozenset({"and", "or", "of", "the", "in", "tree", "seed", "y", "o", "de", "la", "las", "los"})
# "Soy alérgica" speaks of a person and not of a bean.
_SPANISH_I_AM = frozenset({"alergico", "alergica", "celiaco", "celiaca", "intolerante"})
# What is said of crustaceans and molluscs alike, and of fish as well.
_WIDE = {"shellfish": ("oyster",), "marisco": ("oyster",), "seafood": ("shrimp", "oyster", "fish")}


@dataclass(frozen=True, slots=True)
class Concern:
    """What an item is declared to have of what a caller must not eat, in the menu's words."""

    item: Item
    contains: tuple[str, ...]
    may_contain: tuple[str, ...]


def concerns(items: Iterable[Item], allergies: Iterable[str]) -> tuple[Concern, ...]:
    """The items that are declared to contain, or to maybe contain, one of these allergies. The others are unknown."""
    wanted = frozenset[str]().union(*map(_meant, allergies))
    found: list[Concern] = []
    for item in items:
        declared = item.allergens or Allergens()
        contains = tuple(name for name in declared.contains if wanted & _meant(name))
        may_contain = tuple(name for name in declared.may_contain if wanted & _meant(name))
        if contains or may_contain:
            found.append(Concern(item, contains, may_contain))
    return tuple(found)


def suggested(name: str, allergies: Iterable[str]) -> tuple[str, ...]:
    """The allergies, in the caller's words, that a name says something of: the pecans, of tree nuts."""
    said = _meant(name)
    return tuple(allergy for allergy in allergies if said & _meant(allergy))


def _meant(words: str) -> frozenset[str]:
    """The words that count, and all that belong to the same families."""
    said = set(fold(words).split()) - _FILLERS
    if said & _SPANISH_I_AM:
        said.discard("soy")
    said |= {f"{word[:-2]}y" for word in said if word.endswith("ie")}  # anchovies, folded to "anchovie"
    said |= {word for wide in said & _WIDE.keys() for word in _WIDE[wide]}
    return frozenset(said).union(*(family for family in _FAMILIES if family & said))
