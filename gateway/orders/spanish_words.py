"""What menus call their groups, sizes and allergens, in Spanish: the words that nearly every menu shares.

Dishes and choices keep the menu's own names; what is not listed here does, too.
"""

from gateway.orders.lookup import fold

_HEADINGS = (
    "size tamaño | sauce salsa | topping ingredientes | drink bebida | side acompañamiento | crust masa | dressing "
    "aderezo "
    "| protein proteína | meat carne | bread pan | cheese queso | filling relleno | flavor sabor | flavour sabor "
    "| style estilo | temperature temperatura | number cantidad | extra extras | vegetable verduras | herb hierbas "
    "| dip salsa | garnish guarnición | dessert postre | pizza pizza | bowl tazón | noodle fideos | rice arroz | "
    "bean frijoles "
    "| milk leche | ice hielo | spice picante | cooking término | doneness término | volume tamaño | container envase"
)
_PHRASES = {"spice level": "nivel de picante", "add in": "agregados", "add on": "agregados", "combo": "combo"}
_PLAIN_SIZES = frozenset({"small", "medium", "large", "regular", "extra large", "personal", "mini"})
_SIZES = (
    "small pequeño | medium mediano | large grande | regular normal | extra large extra grande | personal personal "
    "| mini mini | iced con hielo | hot caliente | cold frío | half medio | whole entero"
)
_ALLERGENS = (
    "egg huevo | milk leche | dairy lácteos | nut nueces | tree nut nueces | peanut cacahuate | soy soya | wheat trigo "
    "| gluten gluten | fish pescado | shellfish mariscos | sesame ajonjolí | celery apio | mustard mostaza | lupin "
    "altramuz "
    "| almond almendras | mollusc moluscos | crustacean crustáceos | sulphite sulfitos | sulfite sulfitos"
)


def _table(text: str, known: tuple[str, ...] = ()) -> dict[str, str]:
    """{folded English: Spanish}; of an entry the English words stand first, one each unless listed in `known`."""
    table: dict[str, str] = {}
    for entry in text.split("|"):
        words = entry.split()
        size = 2 if " ".join(words[:2]) in known else 1
        table[fold(" ".join(words[:size]))] = " ".join(words[size:])
    return table


_HEADING_WORDS = _table(_HEADINGS) | {fold(english): spanish for english, spanish in _PHRASES.items()}
_SIZE_WORDS = _table(_SIZES, ("extra large",))
_ALLERGEN_WORDS = _table(_ALLERGENS, ("tree nut",))


def heading_in_spanish(name: str) -> str:
    """What a group, dimension or slot is called; the menu's own word where there is no other."""
    return _HEADING_WORDS.get(fold(name), name)


def size_in_spanish(name: str, *, alone: bool = False) -> str:
    """A size as it stands after "tamaño", or `alone` with that word; the menu's own word where there is no other."""
    spanish = _SIZE_WORDS.get(fold(name), name)
    return f"tamaño {spanish}" if alone and fold(name) in _PLAIN_SIZES else spanish


def allergen_in_spanish(name: str) -> str:
    """An allergen; the menu's own word where there is no other."""
    return _ALLERGEN_WORDS.get(fold(name), name)
