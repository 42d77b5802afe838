"""What callers are allergic to, in the kitchen's language: a ticket that cannot be read protects nobody. Pure."""

from collections.abc import Mapping

from gateway.orders.hearing.acts import folded

_ENGLISH: Mapping[str, str] = {
    "nuez": "nuts", "nueces": "nuts", "frutos secos": "tree nuts", "cacahuate": "peanuts", "cacahuates": "peanuts",
    "cacahuete": "peanuts", "cacahuetes": "peanuts", "mani": "peanuts", "almendra": "almonds", "almendras": "almonds",
    "leche": "milk", "lacteo": "dairy", "lacteos": "dairy", "lactosa": "lactose", "queso": "cheese", "huevo": "eggs",
    "huevos": "eggs", "soja": "soy", "soya": "soy", "trigo": "wheat", "pescado": "fish", "marisco": "shellfish",
    "mariscos": "shellfish", "camaron": "shrimp", "camarones": "shrimp", "sesamo": "sesame", "ajonjoli": "sesame",
    "fresa": "strawberries", "fresas": "strawberries", "ajo": "garlic", "cebolla": "onions", "celiaco": "celiac",
    "celiaca": "celiac",
}  # fmt: skip


def for_english_kitchen(allergy: str) -> str:
    """`nuts (nueces)`; a word that is not known in Spanish stays as it was said."""
    english = _ENGLISH.get(folded(allergy))
    return allergy if english is None else f"{english} ({allergy})"
