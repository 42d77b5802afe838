"""What callers say on the phone and which act it is, in both languages, near misses included."""

import pytest

from gateway.orders.hearing import acts
from gateway.orders.hearing.act_patterns import ACTS, DONE, DONE_HINTS, ActPattern, beginnings

# label -> utterances. "-" : no act; the words may name food.
SAID = {
    "transfer": """
        human | speak to manager | i need to talk to someone about my last order | can you get a person on the phone |
        put me on with a manager | i want a real human not a machine | let me talk to the person in charge |
        pásame a un encargado | me comunica con alguien por favor | quiero una persona real | is the manager around |
        i'd like to speak to whoever is in charge | let me speak to a supervisor | can i get a human being please |
        i don't want to talk to a robot | get me the owner | could i talk with one of your employees |
        please just connect me to the restaurant | is there a real person there | quisiera hablar con un humano |
        comuníqueme con el dueño | ¿hay alguien con quien pueda hablar? | no quiero hablar con una máquina |
        can i speak to a real person | manager please | agent | operator | representative please |
        i want to talk to someone | let me talk to somebody who works there | could you put me through to the manager |
        can you transfer me to a human | connect me with your staff please | get me a person |
        i need to speak with the owner | just give me a human | i'd rather talk to an actual person |
        is there someone else i can talk to | someone real please | can i please have a person |
        quiero hablar con una persona | me pasa con el gerente por favor | páseme con alguien |
        necesito hablar con el encargado | ¿me puede comunicar con una persona? | una persona por favor | operadora
    """,
    "message": """
        take a message please | let the manager know i called | i'd like to leave my number so someone can call me |
        ¿puede decirle al dueño que me llame? | tome un recado | could you pass a message along to the chef |
        i want to leave word for the owner | can you tell them to call me | please have someone give me a call back |
        ¿le puede dar un recado al gerente? | quisiera dejar un mensaje por favor | can i leave a message |
        i'd like to leave a message for the manager | could you take a message for me |
        please pass on a message to the kitchen | can someone call me back | have the manager call me back please |
        ask them to ring me back | i want a callback | quiero dejar un mensaje | ¿puedo dejar un recado? |
        que me llamen más tarde | ¿me pueden devolver la llamada?
    """,
    "cancel": """
        i want to cancel my order | cancel please | forget my order | you know what forget the whole order |
        i'm not ordering anything | quiero cancelar todo | anule mi pedido | olvida la orden | i'd like to cancel |
        never mind cancel the order | actually let's just cancel everything | can we cancel that whole order |
        i no longer want the order | please cancel my entire order | cancélelo todo | cancelen el pedido por favor |
        cancel my order | cancel the whole order please | please cancel everything | cancel it all | cancel |
        forget the whole thing | scrap the order | i don't want to order anymore |
        i changed my mind i don't want anything | i do not want anything anymore | drop the whole order | cancela todo |
        cancele mi pedido por favor | quiero cancelar la orden | ya no quiero nada | olvídese del pedido
    """,
    "ask_total": """
        so what's that come to | what does my order come to | how much do we owe | how much is it in total |
        what's my bill | how much would everything be | how much is this going to be | dígame el total |
        ¿cuánto queda todo? | what's the total going to be | what's the grand total | how much does all of that cost |
        how much does it come to | could you tell me the total | how much altogether | ¿cuánto va a ser? |
        ¿cuánto es todo junto? | ¿me dice el total? | ¿cuánto le tengo que pagar? | how much is that | how much is it |
        how much is it all together | what's my total | what is the total so far | total please |
        what does that come to | how much do i owe you | how much will that be | how much is my order |
        so how much is everything | what's the damage | how much would that be with tax | what do i owe | ¿cuánto es? |
        ¿cuánto es en total? | ¿cuánto sería todo? | ¿cuánto le debo? | el total por favor | ¿cuál es el total? |
        ¿en cuánto sale todo?
    """,
    "ask_price": """
        how much for a small | how much would twelve wings be | and the price of the coke |
        how expensive is the large one | what would a large margherita cost me | ¿cuánto valen las alitas? |
        ¿a cuánto están las pizzas? | ¿cuánto cuesta agregar queso? | what's a large pepperoni run |
        what do the wings go for | how much more is it for extra cheese | what are you charging for delivery |
        price on the tiramisu | is it extra for mushrooms | ¿cuánto me sale la grande? |
        ¿qué precio tienen las alitas? | ¿cuánto cobran por el envío? | how much is a coke | how much are the wings |
        how much is it for a large pizza | what does the coke cost | what's the price of the tiramisu |
        how much do you charge for extra cheese | how much for twelve wings | can you tell me the prices |
        how much is delivery | how much would a large pepperoni be | cuanto cuesta la coca |
        ¿cuánto vale una margherita grande? | ¿qué precio tiene el tiramisú? | ¿a cómo están las alitas? |
        ¿cuánto es una coca?
    """,
    "ask_hours": """
        how late do you deliver | are you open christmas day | how long until it's ready |
        when do you stop serving lunch | what time will it be done | how long is the wait right now |
        ¿cierran temprano hoy? | ¿qué horario tienen? | ¿cuánto falta? | till when are you open |
        you guys open right now | what time can i come get it | how long's the wait | are you guys closed on mondays |
        when's it gonna be ready | what are the hours today | ¿a qué hora abren mañana? | ¿en cuánto tiempo está? |
        ¿abren los domingos? | ¿cuándo cierran? | what time do you close | when do you open tomorrow |
        how late are you open | are you open on sunday | are you still open | what are your hours |
        how long will it take | how long for delivery | when will it be ready | how soon can i pick it up |
        do you open for lunch | a qué hora cierran | ¿hasta qué hora están abiertos? | ¿cuál es su horario? |
        ¿están abiertos mañana? | ¿cuánto tarda? | ¿cuánto tiempo va a tardar? | ¿cuándo estará listo?
    """,
    "ask_allergen": """
        is there gluten in the crust | do the wings contain peanuts | is the sauce vegan |
        does that come with nuts in it | what's safe for a dairy allergy | do you have gluten free options |
        anything halal | ¿la pizza tiene gluten? | ¿tienen opciones veganas? | ¿cuáles son aptos para vegetarianos? |
        any nuts in the tiramisu | is that safe for celiacs | which dishes are vegan | does the sauce have dairy in it |
        are your fries cooked in peanut oil | what's in the tiramisu i have an allergy | do the noodles contain egg |
        ¿la salsa tiene lácteos? | ¿qué platos son veganos? | ¿esto lleva nueces? | does it contain gluten |
        does the tiramisu have nuts | is there dairy in the margherita | are there any eggs in that |
        is the ramen gluten free | what allergens are in the pho | do you have anything vegan |
        do you have something without gluten | is it safe for someone with a peanut allergy | do you use peanut oil |
        do you have allergen information | is the margherita vegetarian | ¿contiene gluten? |
        ¿el tiramisú lleva huevo? | ¿tienen algo sin gluten? | ¿es apto para celíacos? | ¿qué alérgenos tiene?
    """,
    "ask_menu": """
        what do you recommend | what pizzas are there | do you serve breakfast | what's your most popular pizza |
        what are my options | any specials today | can i hear the menu | what's in the house noodles |
        ¿qué postres tienen? | ¿qué trae la combo? | ¿tienen ensaladas? | ¿qué hay de beber? | what else do you have |
        could you tell me what's on the menu | what drinks have you got | got any desserts | which toppings can i get |
        what comes with the lunch combo | do you have any specials | what sizes does it come in |
        tell me about the wings | ¿qué me puede ofrecer? | ¿cuáles son las pizzas? | ¿tienen algo de tomar? |
        ¿con qué viene? | what do you have | what's on the menu | what kind of pizzas do you have |
        which sizes do you have | what toppings are there | what's on the pepperoni | what comes on the house noodles |
        do you have lasagna | do you guys sell beer | can you read me the menu | what would you recommend |
        what's good here | what are the specials today | do you have eggs benedict | do you have soy sauce |
        is there a salad | que tienen | ¿qué pizzas tienen? | ¿tienen lasaña? | ¿qué me recomienda? |
        ¿me dice el menú? | ¿qué lleva la margherita? | ¿hay postres?
    """,
    "repeat": """
        repeat that please | pardon me | say it again | what'd you say | i couldn't hear you | come again |
        read back my order please | what's on my order right now | ¿cómo dice? | repítame el pedido | no escuché |
        could you say that one more time | sorry can you repeat | i missed that | what was the last part |
        run that by me again | you're breaking up | can you go over my order | what have i ordered so far |
        ¿me lo repite por favor? | no le entendí bien | ¿qué dijo? | ¿perdón? | can you repeat that |
        say that again please | what | sorry | huh | pardon | i didn't catch that | sorry i didn't hear you |
        what did you say | what was that | one more time please | excuse me | what's in my order |
        what do i have so far | can you read my order back | what did i order | ¿puede repetir? | ¿cómo? | ¿mande? |
        ¿cómo dijo? | no le escuché | ¿qué llevo hasta ahora?
    """,
    "done": """
        that'll do | nothing else for me | no i'm all set | that is everything | that's all i need | okay that's it |
        we're good thanks | eso es todo gracias | no nada más | ya con eso | sería todo gracias | nope that's it |
        that's all for now thanks | that will do it | i think we're good | nothing more thank you |
        that's the whole order | yeah that'll be everything | we're done | ya sería todo | ya está |
        no gracias nada más | eso sería todo por favor | no más gracias | that's all | that's it thanks |
        no that's everything | that'll be all | that's about it | nothing else | no nothing else thank you | i'm good |
        we're all set | i'm done | done | no more | no more thanks | that does it | that should do it |
        i think that's it | and that's it for me | eso es todo | nada más | nada más gracias | es todo por ahora |
        sería todo | con eso es todo | así está bien gracias | listo
    """,
    "greeting": """
        hi | hello there | good evening | hey how are you | hola | hola buenas tardes | buenos días
    """,
    "-": """
        let the kitchen know i'm allergic to nuts | tell them no onions | i'd like a person sized pizza |
        manager's choice salad | get me two bosses and a coke | i want nothing on the burger | one more please |
        no more cheese than that | what a deal give me two | i'll have what she's having | can i cancel the fries |
        cancel one of the cokes | forget the coke | i have a coupon | a total of three pizzas | two orders of fries |
        my order is two large pizzas | the order is for tomorrow | i want to repeat my usual a large margherita |
        some nuts on the sundae | give me the gluten free crust | vegetarian pizza large | a happy hour margarita |
        one open face turkey | quiero dos con todo | sin nada | con nada de sal | una orden de alitas |
        dos personas van a recoger | no quiero cebolla | quiero nada más una chica | mándeme dos pizzas |
        i want the meal for four people | give me two person combos | can i get everything on it |
        put the sauce on the side | what the heck add a coke | i'd like to add one more | make that two |
        i said no onions | the price is right combo | how about some wings | two boss burgers and a human torch |
        a message in a bottle cocktail | no that's not it | is it okay if i add a coke | could i do a large pepperoni |
        i'm good with small | the fish of the day | a nut brown ale | hold the eggs | what about a sprite instead |
        i can have a large margherita | una de pollo y otra de carne | quiero la que lleva queso | todo con queso |
        nada de cebolla | dame la cuenta regresiva | que sea grande | más hielo por favor | a coke |
        i want a pizza for one person | i need enough food for each person | i'll have somebody pick it up |
        can i get the boss burger | give me the manager's special | i want two agent orange cocktails |
        one family person combo | are you a real person | cancel the coke | cancel that last one |
        i don't want anything on it | i don't want anything else on the burger | forget the onions | stop |
        no more onions | no more than two | nothing on it | nothing but cheese | nothing else on the burger |
        nothing spicy please | that's all for the first pizza | that's it for toppings | i'd like the burger well done |
        what i want is a coke | whatever you have is fine with me | how about a large pepperoni | not too much sauce |
        as much cheese as you can | i need it by seven | at what you call the house special price |
        i'd like a long island iced tea | the eggs benedict | egg rolls and a soy latte |
        can i have the peanut noodles | with nuts | no nuts on the salad | the vegan burger | one gluten free crust |
        excuse me can i get a large pepperoni | sorry a large one | sorry i meant two cokes | same again |
        the message burger | one more coke | one more time for the wings | a call me maybe cocktail |
        hi can i get a large margherita | hello i'd like to order two cokes | large | yes | no |
        the whole thing with extra cheese | put everything on it | everything but onions | the total meal deal |
        open faced sandwich | the early bird special | una pizza para una persona | nada más queso | nada más una coca |
        no más cebolla | cuanto antes | sin gluten la masa por favor | con todo | la carta blanca |
        quiero una margherita grande | para alguien que no come carne | hay que ponerle más queso |
        una hamburguesa bien hecha | como siempre una coca | quita la coca
    """,
}
LABELLED = [(said.strip(), label) for label, text in SAID.items() for said in text.split("|")]


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
