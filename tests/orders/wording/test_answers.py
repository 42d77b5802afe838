import pytest

from gateway.orders.intent import OrderIntent, Subject
from gateway.orders.menu import Menu
from gateway.orders.wording.answers import Answers, fitting
from gateway.orders.wording.sentences import Speaker
from tests.orders.osteria import OSTERIA, with_item

SIZE = Subject("option", "large", "size")


def answers(language: str = "en", menu: Menu = OSTERIA) -> Answers:
    return Answers(Speaker(menu, "es" if language == "es" else "en"))


def asked(*about: str, subjects: tuple[Subject, ...] = ()) -> OrderIntent:
    return OrderIntent("other", about=about, subjects=subjects)


@pytest.mark.parametrize(
    ("intent", "english", "spanish"),
    [
        (asked("coke"), "Coke is three dollars.", "Coke cuesta tres dólares."),
        (
            asked("margherita"),
            "Margherita is nine dollars for small and fourteen dollars and fifty cents for large.",
            (
                "Margherita cuesta nueve dólares en tamaño pequeño "
                "y catorce dólares con cincuenta centavos en tamaño grande."
            ),
        ),
        (
            asked("margherita", subjects=(SIZE,)),
            "Large Margherita is fourteen dollars and fifty cents.",
            "Margherita en tamaño grande cuesta catorce dólares con cincuenta centavos.",
        ),
        (
            asked("coke", subjects=(SIZE,)),
            "Coke is three dollars.",
            "Coke cuesta tres dólares.",
        ),
        (
            asked("tea", subjects=(SIZE,)),
            (
                "Ice tea is three dollars and fifty cents for large iced "
                "and three dollars and thirty cents for large room warm."
            ),
            (
                "Ice tea cuesta tres dólares con cincuenta centavos en tamaño grande con hielo "
                "y tres dólares con treinta centavos en tamaño grande en room warm."
            ),
        ),
        (
            asked(subjects=(Subject("modifier", "mushroom", "toppings"), Subject("modifier", "mushroom", "toppings"))),
            "Mushrooms are one dollar and fifty cents extra.",
            "Mushrooms cuestan un dólar con cincuenta centavos adicionales.",
        ),
        (
            asked(subjects=(Subject("modifier", "basil", "toppings"),)),
            "Basil is between forty cents and seventy-one cents extra.",
            "Basil cuesta entre cuarenta centavos y setenta y un centavos adicionales.",
        ),
        (
            asked(subjects=(Subject("modifier", "fries", "side"), Subject("modifier", "gone", "side"))),
            "Fries are included.",
            "Fries: sin costo adicional.",
        ),
        (
            asked(subjects=(Subject("category", "pizza"), Subject("category", "gone"))),
            "Pizzas start at eight dollars.",
            "Pizzas: desde ocho dólares.",
        ),
        (
            asked("gone"),
            "Tell me which dish, and I will tell you its price.",
            "Dígame qué plato, y le digo el precio.",
        ),
    ],
)
def test_prices(intent: OrderIntent, english: str, spanish: str) -> None:
    assert (answers().prices(intent), answers("es").prices(intent)) == (english, spanish)


def test_of_many_sizes_the_range_is_told(bowls: Menu) -> None:
    assert answers(menu=bowls).prices(asked("house-noodles")) == (
        "House Noodles are between eleven dollars and fifty cents and fourteen dollars and fifty cents, "
        "depending on bowl and noodle."
    )


def test_a_listing_has_no_prices_to_tell() -> None:
    coke = OSTERIA.item("coke")
    assert coke is not None
    menu = with_item(OSTERIA, "coke", variations=(coke.variations[0].model_copy(update={"price": None}),))
    assert answers(menu=menu).prices(asked("coke")).startswith("Tell me which dish")
    assert answers(menu=menu).menu(asked("coke")) == "We have Coke."


@pytest.mark.parametrize(
    ("intent", "english", "spanish"),
    [
        (asked("coke"), "We have Coke: three dollars.", "Tenemos Coke: tres dólares."),
        (
            asked("burger"),
            "We have Burger: ten dollars. It comes with lettuce and cheddar.",
            "Tenemos Burger: diez dólares. Viene con lettuce y cheddar.",
        ),
        (
            asked("lunch"),
            "We have Lunch combo: eleven dollars. You can choose pizza, drink and extras.",
            "Tenemos Lunch combo: once dólares. Puede elegir pizza, bebida y extras.",
        ),
        (
            asked(subjects=(Subject("category", "pizza"), SIZE)),
            "For pizzas we have Margherita, Pepperoni, Calzone and Marinara.",
            "En pizzas tenemos Margherita, Pepperoni, Calzone y Marinara.",
        ),
        (
            asked(subjects=(Subject("group", "side"), Subject("group", "gone"), Subject("category", "gone"))),
            "For side there are fries and a salad.",
            "En acompañamiento hay fries y a salad.",
        ),
        (
            asked(),
            "We have pizzas, plates, drinks, bar, sweet things and more; tell me which you would like to hear about.",
            "Tenemos pizzas, plates, bebidas, bar, sweet things y más; dígame de qué le gustaría saber más.",
        ),
    ],
)
def test_what_there_is(intent: OrderIntent, english: str, spanish: str) -> None:
    assert (answers().menu(intent), answers("es").menu(intent)) == (english, spanish)


def test_a_short_menu_is_told_whole() -> None:
    few = OSTERIA.model_copy(update={"items": OSTERIA.items[:3]})
    assert answers(menu=few).menu(asked()) == "We have Margherita, Pepperoni and Calzone."


def test_a_heading_may_have_nothing_under_it() -> None:
    few = OSTERIA.model_copy(update={"items": OSTERIA.items[:3]})
    assert answers(menu=few).menu(asked(subjects=(Subject("category", "bar"),))).startswith("We have Margherita")
    assert answers(menu=few).prices(asked(subjects=(Subject("category", "bar"),))).startswith("Tell me")
    assert answers(menu=few).headings() == ("pizzas",)


@pytest.mark.parametrize(
    ("item", "english", "spanish"),
    [
        (
            "tiramisu",
            (
                "The tee-ra-mee-soo contains egg and milk and may contain nuts. "
                "About anything else in it I cannot be sure; please ask our staff."
            ),
            (
                "Tee-ra-mee-soo contiene huevo y leche y puede contener nueces. De lo demás no puedo dar certeza; "
                "pregunte a nuestro personal, por favor."
            ),
        ),
        (
            "burger",
            "I cannot say for sure what is in the Burger; please ask our staff.",
            "No puedo asegurar qué contiene Burger; pregunte a nuestro personal, por favor.",
        ),
        (
            "coke",
            "I cannot say for sure what is in the Coke; please ask our staff.",
            "No puedo asegurar qué contiene Coke; pregunte a nuestro personal, por favor.",
        ),
        (
            "gone",
            "Tell me which dish, and I will tell you what it is declared to contain.",
            "Dígame qué plato, y le digo qué declara contener.",
        ),
    ],
)
def test_allergens(item: str, english: str, spanish: str) -> None:
    assert (answers().allergens(asked(item)), answers("es").allergens(asked(item))) == (english, spanish)


def test_no_more_is_said_than_one_can_listen_to() -> None:
    assert fitting(["one two.", "three four.", "five."], most=4) == "One two. three four."
    assert fitting(["one two three.", "four."], most=2) == "One two three."
    assert fitting(["one.", "one."]) == "One."
    assert fitting([]) == ""
