"""From `options` and `variation_id` to a variation of an item, or to what is settled of it so far.

Rules kept here: what is said now outweighs what was said before, where both cannot be had together; a size is found
under any of its names, and wherever the model put it (among the options, among the modifiers).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.orders.menu import Dimension, DimensionOption, Item, Menu, Variation
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.item_lookup import ids
from gateway.orders.tooling.lookup import Names


@dataclass(frozen=True, slots=True)
class Size:
    """A variation once it is settled; until then None, and the {dimension id: option id} settled so far."""

    variation_id: str | None
    options: Mapping[str, str]


OPEN = Size(None, {})


class SizeReader:
    """Reads the sizes of one item. In a combo's slot `only` limits the variations, by id."""

    def __init__(self, item: Item, menu: Menu, only: tuple[str, ...] = ()) -> None:
        self._item = item
        self._menu = menu
        self._sold = tuple(variation for variation in item.variations if not only or variation.id in only)
        self._dimensions = menu.dimensions_of(item)

    def names_size(self, text: str) -> tuple[str, str] | None:
        """The dimension id and option id that `text` can only mean, None where there is no such size of the item."""
        found = [(d.id, option.id) for d in self._dimensions for option in Names(self._sizes(d)).find(text)]
        return found[0] if len(found) == 1 else None

    def takes(self, name: str) -> bool:
        """Whether a size can be given under that name."""
        return self._dimension(name) is not None

    def read(self, wanted: str | None, said: Mapping[str, str], before: Size) -> Size:
        """The size asked for.

        Args:
            wanted: a variation, where one was named.
            said: sizes by the names of dimensions, or their ids.
            before: what was settled; `OPEN` for another item or a new line.

        Raises:
            Refusal: no such size is sold.
        """
        if wanted is not None:
            return Size(self._variation(wanted).id, {})
        asked = dict(self._asked(name, text) for name, text in said.items())
        kept = self._settled(before)
        for settled in ({**kept, **asked}, asked):
            fitting = [variation for variation in self._item.matching(settled) if variation in self._sold]
            if fitting:
                return Size(fitting[0].id, {}) if len(fitting) == 1 else Size(None, settled)
        raise Refusal(
            f"{self._item.name} cannot be had in that combination; its variations are {ids(self._sold)}. "
            "Tell the caller."
        )

    def _variation(self, wanted: str) -> Variation:
        by_id = [variation for variation in self._sold if variation.id.casefold() == wanted.casefold()]
        size = self.names_size(wanted)
        found = by_id or ([] if size is None else [v for v in self._sold if v.options.get(size[0]) == size[1]])
        if len(found) != 1:
            raise Refusal(
                f"{self._item.name} has no variation {shown(wanted)}; it has {ids(self._sold)}. Tell the caller."
            )
        return found[0]

    def _asked(self, name: str, text: str) -> tuple[str, str]:
        """The dimension and the option that are meant, among those in which the item is sold."""
        dimension = self._dimension(name)
        if dimension is None:
            has = f"; it has {ids(self._dimensions)}." if self._dimensions else ": leave it out."
            raise Refusal(f"{self._item.name} has no {shown(name)} to choose{has} Tell the caller.")
        sold = self._sizes(dimension)
        found = Names(sold).find(text)
        if len(found) != 1:
            raise Refusal(
                f"{self._item.name} does not come as {shown(text)}; {dimension.id} is {ids(sold)}. Tell the caller."
            )
        return dimension.id, found[0].id

    def _dimension(self, name: str) -> Dimension | None:
        found = Names(self._dimensions).find(name)
        return found[0] if len(found) == 1 else None

    def _sizes(self, dimension: Dimension) -> list[DimensionOption]:
        used = {variation.options.get(dimension.id) for variation in self._sold}
        return [option for option in dimension.options if option.id in used]

    def _settled(self, before: Size) -> Mapping[str, str]:
        variation = None if before.variation_id is None else self._item.variation(before.variation_id)
        return before.options if variation is None else variation.options
