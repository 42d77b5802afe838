"""What callers say on the phone and which act it is: written down before the patterns were, near misses included."""

import pytest

from gateway.orders import acts
from gateway.orders.act_patterns import ACTS, DONE, DONE_HINTS, ActPattern, beginnings

# label -> utterances, one a line. "-" : no act; the words may name food.
SAID = {
    "transfer": """
        can i speak to a real person
        manager please
        agent
        operator
        representative please
        i want to talk to someone
        let me talk to somebody who works there
        could you put me through to the manager
        can you transfer me to a human
        connect me with your staff please
        get me a person
        i need to speak with the owner
        just give me a human
        i'd rather talk to an actual person
        is there someone else i can talk to
        someone real please
        can i please have a person
        quiero hablar con una persona
        me pasa con el gerente por favor
        páseme con alguien
        necesito hablar con el encargado
        ¿me puede comunicar con una persona?
        una persona por favor
        operadora
    """,
    "message": """
        can i leave a message
        i'd like to leave a message for the manager
        could you take a message for me
        please pass on a message to the kitchen
        can someone call me back
        have the manager call me back please
        ask them to ring me back
        i want a callback
        quiero dejar un mensaje
        ¿puedo dejar un recado?
        que me llamen más tarde
        ¿me pueden devolver la llamada?
    """,
    "cancel": """
        cancel my order
        cancel the whole order please
        please cancel everything
        cancel it all
        cancel
        forget the whole thing
        scrap the order
        i don't want to order anymore
        i changed my mind i don't want anything
        i do not want anything anymore
        drop the whole order
        cancela todo
        cancele mi pedido por favor
        quiero cancelar la orden
        ya no quiero nada
        olvídese del pedido
    """,
    "ask_total": """
        how much is that
        how much is it
        how much is it all together
        what's my total
        what is the total so far
        total please
        what does that come to
        how much do i owe you
        how much will that be
        how much is my order
        so how much is everything
        what's the damage
        how much would that be with tax
        what do i owe
        ¿cuánto es?
        ¿cuánto es en total?
        ¿cuánto sería todo?
        ¿cuánto le debo?
        el total por favor
        ¿cuál es el total?
        ¿en cuánto sale todo?
    """,
    "ask_price": """
        how much is a coke
        how much are the wings
        how much is it for a large pizza
        what does the coke cost
        what's the price of the tiramisu
        how much do you charge for extra cheese
        how much for twelve wings
        can you tell me the prices
        how much is delivery
        how much would a large pepperoni be
        cuanto cuesta la coca
        ¿cuánto vale una margherita grande?
        ¿qué precio tiene el tiramisú?
        ¿a cómo están las alitas?
        ¿cuánto es una coca?
    """,
    "ask_hours": """
        what time do you close
        when do you open tomorrow
        how late are you open
        are you open on sunday
        are you still open
        what are your hours
        how long will it take
        how long for delivery
        when will it be ready
        how soon can i pick it up
        do you open for lunch
        a qué hora cierran
        ¿hasta qué hora están abiertos?
        ¿cuál es su horario?
        ¿están abiertos mañana?
        ¿cuánto tarda?
        ¿cuánto tiempo va a tardar?
        ¿cuándo estará listo?
    """,
    "ask_allergen": """
        does it contain gluten
        does the tiramisu have nuts
        is there dairy in the margherita
        are there any eggs in that
        is the ramen gluten free
        what allergens are in the pho
        do you have anything vegan
        do you have something without gluten
        is it safe for someone with a peanut allergy
        do you use peanut oil
        do you have allergen information
        is the margherita vegetarian
        ¿contiene gluten?
        ¿el tiramisú lleva huevo?
        ¿tienen algo sin gluten?
        ¿es apto para celíacos?
        ¿qué alérgenos tiene?
    """,
    "ask_menu": """
        what do you have
        what's on the menu
        what kind of pizzas do you have
        which sizes do you have
        what toppings are there
        what's on the pepperoni
        what comes on the house noodles
        do you have lasagna
        do you guys sell beer
        can you read me the menu
        what would you recommend
        what's good here
        what are the specials today
        do you have eggs benedict
        do you have soy sauce
        is there a salad
        que tienen
        ¿qué pizzas tienen?
        ¿tienen lasaña?
        ¿qué me recomienda?
        ¿me dice el menú?
        ¿qué lleva la margherita?
        ¿hay postres?
    """,
    "repeat": """
        can you repeat that
        say that again please
        what
        sorry
        huh
        pardon
        i didn't catch that
        sorry i didn't hear you
        what did you say
        what was that
        one more time please
        excuse me
        what's in my order
        what do i have so far
        can you read my order back
        what did i order
        ¿puede repetir?
        ¿cómo?
        ¿mande?
        ¿cómo dijo?
        no le escuché
        ¿qué llevo hasta ahora?
    """,
    "done": """
        that's all
        that's it thanks
        no that's everything
        that'll be all
        that's about it
        nothing else
        no nothing else thank you
        i'm good
        we're all set
        i'm done
        done
        no more
        no more thanks
        that does it
        that should do it
        i think that's it
        and that's it for me
        eso es todo
        nada más
        nada más gracias
        es todo por ahora
        sería todo
        con eso es todo
        así está bien gracias
        listo
    """,
    "greeting": """
        hi
        hello there
        good evening
        hey how are you
        hola
        hola buenas tardes
        buenos días
    """,
    "-": """
        a coke
        i want a pizza for one person
        i need enough food for each person
        i'll have somebody pick it up
        can i get the boss burger
        give me the manager's special
        i want two agent orange cocktails
        one family person combo
        are you a real person
        cancel the coke
        cancel that last one
        i don't want anything on it
        i don't want anything else on the burger
        forget the onions
        stop
        no more onions
        no more than two
        nothing on it
        nothing but cheese
        nothing else on the burger
        nothing spicy please
        that's all for the first pizza
        that's it for toppings
        i'd like the burger well done
        what i want is a coke
        whatever you have is fine with me
        how about a large pepperoni
        not too much sauce
        as much cheese as you can
        i need it by seven
        at what you call the house special price
        i'd like a long island iced tea
        the eggs benedict
        egg rolls and a soy latte
        can i have the peanut noodles
        with nuts
        no nuts on the salad
        the vegan burger
        one gluten free crust
        excuse me can i get a large pepperoni
        sorry a large one
        sorry i meant two cokes
        same again
        the message burger
        one more coke
        one more time for the wings
        a call me maybe cocktail
        hi can i get a large margherita
        hello i'd like to order two cokes
        large
        yes
        no
        the whole thing with extra cheese
        put everything on it
        everything but onions
        the total meal deal
        open faced sandwich
        the early bird special
        una pizza para una persona
        nada más queso
        nada más una coca
        no más cebolla
        cuanto antes
        sin gluten la masa por favor
        con todo
        la carta blanca
        quiero una margherita grande
        para alguien que no come carne
        hay que ponerle más queso
        una hamburguesa bien hecha
        como siempre una coca
        quita la coca
    """,
}
LABELLED = [(line.strip(), label) for label, lines in SAID.items() for line in lines.strip().splitlines()]


def heard(said: str) -> str:
    """The act as a turn with nothing on the menu would have it."""
    return acts.act(said) or ("done" if acts.is_done(said) else "greeting" if acts.is_greeting(said) else "-")


def test_the_table_is_large() -> None:
    assert len(LABELLED) >= 150


@pytest.mark.parametrize(("said", "label"), LABELLED)
def test_acts_by_the_table(said: str, label: str) -> None:
    greets = label == "-" and said.startswith(("hi ", "hello "))
    assert heard(said) in ({label, "greeting"} if greets else {label})


@pytest.mark.parametrize("pattern", ACTS, ids=lambda pattern: str(pattern.name))
def test_the_hints_of_an_act_hide_none(pattern: ActPattern) -> None:
    for said, _ in LABELLED:
        words = acts.folded(said)
        fits = pattern.fits.search(words) is not None
        assert not fits or not pattern.hints.isdisjoint(beginnings(words)), said
        assert not DONE.search(words) or not DONE_HINTS.isdisjoint(beginnings(words)), said
