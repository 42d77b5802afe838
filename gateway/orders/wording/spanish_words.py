"""What menus call their groups, sizes and allergens, in Spanish: the words that nearly every menu shares.

Dishes and choices keep the menu's own names; what is not listed here does, too.
"""

from gateway.orders.tooling.lookup import fold

_HEADINGS = (
    "size tamaño | sauce salsa | topping ingredientes | drink bebida | side acompañamiento | crust masa | dressing "
    "aderezo "
    "| protein proteína | meat carne | bread pan | cheese queso | filling relleno | flavor sabor | flavour sabor "
    "| style estilo | temperature temperatura | number cantidad | extra extras | vegetable verduras | herb hierbas "
    "| dip salsa | garnish guarnición | dessert postre | pizza pizza | bowl tazón | noodle fideos | rice arroz | "
    "bean frijoles "
    "| milk leche | ice hielo | spice picante | cooking término | doneness término | volume tamaño | container envase"
)
_PHRASES = {"spice level": "nivel de picante", "add ins": "agregados", "add ons": "agregados", "combo": "combo"}
_CATEGORIES = (
    "pizza pizzas | wing alitas | drink bebidas | beverage bebidas | dessert postres | salad ensaladas | starter "
    "entradas "
    "| appetizer entradas | soup sopas | side acompañamientos | burger hamburguesas | sandwiche sándwiches | pasta "
    "pastas "
    "| main platos principales | taco tacos | burrito burritos | combo combos | breakfast desayunos | beer cervezas "
    "| wine vinos | coffee cafés | tea tés | fish pescados | seafood mariscos | vegetable verduras"
)
_SIZES = (
    "small pequeño | medium mediano | large grande | regular normal | extra large extra grande | personal personal "
    "| mini mini | iced con hielo | hot caliente"
)
_NO_SIZES = frozenset({"iced", "hot"})  # they need neither "tamaño" nor a preposition
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
_CATEGORY_WORDS = _table(_CATEGORIES)
_ALLERGEN_WORDS = _table(_ALLERGENS, ("tree nut",))


def heading_in_spanish(name: str) -> str:
    """What a group, dimension or slot is called; the menu's own word where there is no other."""
    return _HEADING_WORDS.get(fold(name), name)


def category_in_spanish(name: str) -> str:
    """A heading of the menu; the menu's own word, in small letters, where there is no other."""
    return _CATEGORY_WORDS.get(fold(name), name.lower())


def size_in_spanish(name: str) -> str:
    """A size as it stands after "tamaño"; the menu's own word where there is no other."""
    return _SIZE_WORDS.get(fold(name), name)


def size_phrase(name: str, preposition: str) -> str:
    """A size after a dish: `de tamaño grande`, `con hielo`, `de 6 piece`."""
    spanish = _SIZE_WORDS.get(fold(name))
    if spanish is None:
        return f"{preposition} {name}"
    return spanish if fold(name) in _NO_SIZES else f"{preposition} tamaño {spanish}"


def allergen_in_spanish(name: str) -> str:
    """An allergen; the menu's own word where there is no other."""
    return _ALLERGEN_WORDS.get(fold(name), name)
