"""Whole utterances, and whole exchanges, to the lines that they leave."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.intent import KnownLine, OrderContext
from gateway.orders.menu import Menu
from gateway.orders.menus.plain_listing import load_plain_listing
from gateway.orders.processor import OrderProcessor
from tests.orders.pad import Cart


@pytest.fixture(scope="module")
def casa(menu: Menu) -> OrderProcessor:
    return OrderProcessor(menu)


LISTING = """{
 "kinds": {"soup": ["soup", "soups"], "side": ["side", "sides", "side of"]},
 "items": [
  {"id": "ramen", "kind": "soup", "names": ["ramen", "ramens"], "option_groups": ["size", "extras", "broth"]},
  {"id": "side:kimchi", "kind": "side", "names": ["kimchi"], "option_groups": ["size"]},
  {"id": "side:gyoza", "kind": "side", "names": ["gyoza", "dumplings"], "option_groups": ["serving"]},
  {"id": "side:veg_gyoza", "kind": "side", "names": ["dumplings"], "option_groups": []}],
 "option_groups": {
  "serving": {"select": "one", "slot": "serving", "options": [{"id": "tray", "names": ["tray"]}]},
  "size": {"select": "one", "slot": "size", "negatable": false, "qualifiable": false,
   "options": [{"id": "small", "names": ["small"]}, {"id": "large", "names": ["large"]}]},
  "broth": {"select": "one", "slot": "modifiers", "negatable": false, "qualifiable": false,
   "options": [{"id": "miso", "names": ["miso"]}, {"id": "shoyu", "names": ["shoyu"]}]},
  "extras": {"select": "many", "slot": "modifiers",
   "options": [{"id": "corn", "names": ["corn"]}, {"id": "egg", "names": ["egg", "eggs"]},
    {"id": "kimchi", "names": ["kimchi"]}, {"id": "soft_egg", "names": ["soft egg"]},
    {"id": "white_onion", "names": ["white onion"]}, {"id": "red_onion", "names": ["red onion"]},
    {"id": "white_onion|red_onion", "names": ["onion", "onions"], "ambiguous_between": ["white_onion", "red_onion"]}]}}
}"""


@pytest.fixture(scope="module")
def noodles() -> OrderProcessor:
    return OrderProcessor(load_plain_listing(LISTING))


@pytest.mark.parametrize(
    ("turns", "cart"),
    [
        (["a large pepperoni and two cokes"], "1 pepperoni large; 2 coke"),
        (["Two large margheritas... no, make that one large and one small, and mushrooms on the small."],
         "1 margherita large; 1 margherita small +mushroom"),
        (["two large margheritas", "no make that one large and one small and mushrooms on the small", "wings",
          "twelve garlic actually take the mushrooms off"],
         "1 margherita large; 1 margherita small; 1 wings 12 +garlic"),
        (["just a pepperoni large with jalapeno"], "1 pepperoni large +jalapeno"),
        (["a large pepperoni", "make it two"], "2 pepperoni large"),
        (["a small pepperoni no anchovies and a coke"], "1 pepperoni small; 1 coke"),
        (["a coke no ice and two sprites"], "1 coke; 2 sprite"),
        (["a coke and a small margherita", "actually make it a large margherita"], "1 coke; 1 margherita large"),
        (["a large pepperoni and a coke", "can you make the pepperoni small"], "1 pepperoni small; 1 coke"),
        (["a large pepperoni and a small margherita", "make the second one large"],
         "1 pepperoni large; 1 margherita large"),
        (["two cokes and a sprite", "take one coke off"], "1 coke; 1 sprite"),
        (["two cokes and a sprite", "remove the coke"], "1 sprite"),
        (["a coke and a sprite", "take that off"], "1 coke"),
        (["a coke and a sprite", "remove the second one"], "1 coke"),
        (["a small margherita and a large margherita", "remove the small one"], "1 margherita large"),
        (["two cokes", "change the coke to a sprite"], "2 sprite"),
        (["two cokes", "swap the coke with a sprite"], "2 sprite"),
        (["a tiramisu no a coke"], "1 coke"),
        (["a small margherita, sorry, a small pepperoni"], "1 pepperoni small"),
        (["two margheritas one large with basil and the other small with mushrooms"],
         "1 margherita large +basil; 1 margherita small +mushroom"),
        (["a dozen wings with hot sauce and a half dozen with bbq"], "1 wings 12 +hot; 1 wings 6 +bbq"),
        (["six wings barbecue no wait garlic"], "1 wings 6 +garlic"),
        (["six wings garlic", "another one with hot"], "1 wings 6 +garlic; 1 wings 6 +hot"),
        (["a large margherita with basil", "same again"], "1 margherita large +basil; 1 margherita large +basil"),
        (["can i get a marguerite a large and a tear a missou"], "1 margherita large; 1 tiramisu"),
        (["two cokes and three sprites, scratch that, two sprites"], "2 coke; 2 sprite"),
        (["a small pepperoni with no basil"], "1 pepperoni small -basil"),
        (["a small pepperoni", "actually no pepperoni just a large margherita"], "1 margherita large"),
        (["a medium, sorry, a large margherita with basil"], "1 margherita large +basil"),
        (["i want one coke i mean two cokes"], "2 coke"),
        (["six no wait three small margheritas"], "3 margherita small"),
        (["a large margherita with basil i mean mushrooms"], "1 margherita large +mushroom"),
        (["a large margherita sorry with basil"], "1 margherita large +basil"),
        (["a large margherita with no basil sorry mushrooms"], "1 margherita large -mushroom"),
        (["a large margherita with basil actually no basil"], "1 margherita large -basil"),
        (["a large margherita with basil, forget it"], ""),
        (["a coke", "forget it"], "1 coke"),
        (["a coke", "forget that two sprites"], "2 sprite"),
        (["a large margherita without mushrooms and with basil"], "1 margherita large -mushroom +basil"),
        (["a large margherita hold the basil and a coke"], "1 margherita large -basil; 1 coke"),
        (["a large margherita with light basil and mushrooms on the side"],
         "1 margherita large ~basil /mushroom"),
        (["a large margherita with double mushrooms"], "1 margherita large ++mushroom"),
        (["a large margherita with two basil"], "1 margherita large +basil*2"),
        (["two small pepperonis and two large margheritas with basil", "mushrooms on the pepperonis"],
         "2 pepperoni small +mushroom; 2 margherita large +basil"),
        (["a large lasagna with basil and a sprite"], "1 sprite"),
        (["a pepperoni with a large lasagna"], "1 pepperoni"),
        (["a large hawaii margherita"], "1 margherita large"),
        (["wings please", "the large one", "hot"], "1 wings +hot"),
        (["wings", "the twelve", "hot"], "1 wings 12 +hot"),
        (["margherita", "large"], "1 margherita large"),
        (["margherita and pepperoni", "large"], "1 margherita; 1 pepperoni large"),
        (["one small margherita with extra cheese and one with jalapenos"],
         "1 margherita small +extra_cheese; 1 margherita +jalapeno"),
        (["a large margherita and a small"], "1 margherita large; 1 margherita small"),
        (["una margherita grande y dos cocas colas"], "1 margherita large; 2 coke"),
        (["a coke to drink"], "1 coke"),
        (["a large pizza with basil"], ""),
        (["basil"], ""), (["large"], ""), (["the second one"], ""), (["it"], ""), (["take it off"], ""), (["no"], ""),
        (["same again"], ""), (["on the side"], ""), (["forget it"], ""), (["remove the coke"], ""), ([""], ""),
        (["no coke"], ""), (["make it two"], ""), (["another"], ""), (["the"], ""), (["a"], ""),
        (["wings with no garlic"], "1 wings"),
        (["a wings with basil"], "1 wings"),
        (["wings 12 hot on the side"], "1 wings 12 +hot"),
        (["a coke", "no the sprite"], "1 sprite"),
        (["six wings hot", "no the wings should be garlic"], "1 wings 6 +garlic"),
        (["a large margherita", "the third margherita with basil"], "1 margherita large; 1 margherita +basil"),
        (["a small margherita and a large margherita", "the first margherita with basil"],
         "1 margherita small +basil; 1 margherita large"),
        (["a coke", "make the coke three cokes"], "3 coke"),
        (["a coke", "change three cokes"], "3 coke"),
        (["two large margheritas", "the other one small"], "2 margherita small"),
        (["a coke and a sprite", "make the other one three"], "1 coke; 1 sprite"),
        (["a large margherita no extra cheese or basil"], "1 margherita large -extra_cheese -basil"),
        (["wings with bbq and hot"], "1 wings +hot"),
        (["three large margheritas one with basil one with mushrooms and the other with jalapenos"],
         "1 margherita large +basil; 1 margherita large +mushroom; 1 margherita large +jalapeno"),
        (["a coke", "and a large"], "1 coke"),
        (["a margherita", "large, two"], "2 margherita large"),
        (["a large. margherita"], "1 margherita"),
        (["-3 cokes"], ""), (["zero cokes and a sprite"], "1 sprite"), (["two cokes", "make it zero cokes"], ""),
        (["18,000 cokes"], "18000 coke"), (["a million sprites"], "1000000 sprite"),
        (["a drink"], ""), (["a dessert"], "1 tiramisu"), (["no dessert"], ""),
        (["pizza pizza margherita large"], "1 margherita large"),
    ],
)  # fmt: skip
def test_casa_verde(casa: OrderProcessor, turns: list[str], cart: str) -> None:
    pad = Cart(casa)
    for turn in turns:
        pad.hear(turn)
    assert pad.written == cart


@pytest.mark.parametrize(
    ("said", "cart"),
    [
        ("a large ramen with kimchi and egg", "1 ramen large +kimchi +egg"),
        ("a ramen with corn and a kimchi", "1 ramen +corn; 1 side:kimchi"),
        ("a ramen and a side of kimchi", "1 ramen; 1 side:kimchi"),
        ("ramen with corn and kimchi on the side", "1 ramen +corn; 1 side:kimchi"),
        ("a miso corn and egg ramen", "1 ramen +miso +corn +egg"),
        ("corn ramen", "1 ramen +corn"),
        ("a ramen with onions", "1 ramen +white_onion|red_onion"),
        ("a ramen with no onions", "1 ramen -white_onion|red_onion"),
        ("a large with egg and miso", "1 ramen large +egg +miso"),
        ("dumplings", "1 side:gyoza"),
        ("a large side of kimchi", "1 side:kimchi large"),
        ("a ramen with extra egg and light corn no kimchi", "1 ramen ++egg ~corn -kimchi"),
        ("an extra egg ramen", "1 ramen ++egg"),
        ("a light corn no egg ramen", "1 ramen ~corn -egg"),
        ("ramen no corn and miso", "1 ramen -corn +miso"),
        ("two orders of gyoza", "2 side:gyoza"),
        ("ramen no sides", "1 ramen"),
        ("small miso", "1 ramen small +miso"),
        ("a tray with egg", ""),
        ("ramen with no corn extra egg", "1 ramen -corn ++egg"),
        ("a ramen ramens with egg", "1 ramen +egg"),
        ("ramen with corn side of kimchi", "1 ramen +corn; 1 side:kimchi"),
        ("a large ramen with corn and one with egg", "1 ramen large +corn; 1 ramen +egg"),
    ],
)
def test_a_plain_listing(noodles: OrderProcessor, said: str, cart: str) -> None:
    pad = Cart(noodles)
    pad.hear(said)
    assert pad.written == cart


def test_the_line_that_was_asked_about_comes_first(casa: OrderProcessor) -> None:
    pad = Cart(casa)
    pad.hear("margherita and pepperoni")
    pad.hear("large", asked_line="L1")
    assert pad.written == "1 margherita large; 1 pepperoni"


def test_a_line_that_the_menu_has_lost_is_left_alone(casa: OrderProcessor) -> None:
    context = OrderContext(casa.menu, (KnownLine("L1", "calzone"),))
    assert casa.parse_order_intent("make it two", context).items == ()


ORDERING = """
a an the two 12 one no not without with and or large small margherita pepperonis wings coke basil mushrooms
garlic hot extra light on side take off remove make it that change to sorry wait actually i mean second other
another same forget half dozen lasagna . , pizza drinks sauce of for instead them ones only add yes please um
"""
WORDS = st.sampled_from(ORDERING.split())


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS, max_size=14), st.lists(WORDS, max_size=14))
def test_any_words_give_only_what_is_on_the_menu(casa: OrderProcessor, first: list[str], second: list[str]) -> None:
    menu, pad = casa.menu, Cart(casa)
    for words in (first, second):
        pad.hear(" ".join(words))
    for line in pad.lines:
        item = menu.item(line.item_id)
        assert item is not None
        assert line.quantity >= 0
        assert not line.options or item.matching(line.options)
        assert all(m.group in item.modifier_groups for m in line.modifiers)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60))
def test_any_text_is_understood_or_not_but_never_breaks(casa: OrderProcessor, text: str) -> None:
    intent = casa.parse_order_intent(text, OrderContext(casa.menu))
    assert 0 <= intent.confidence <= 1
