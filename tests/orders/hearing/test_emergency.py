"""Who is in danger and who is only hungry: both ways, English and Spanish."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.hearing.emergency import DANGERS, HINT, is_emergency

DANGER = """\
someone is choking
Somebody's choking, what do I do?
someones choking
Oh my God, my son is choking!
I'm choking
my 3 year old is choking on a piece of chicken
he started choking on a wing
help me he is choking please
he's choking, help
She can't breathe.
my husband cannot breathe
the baby isn't breathing
he stopped breathing
she has trouble breathing
I think he's having a heart attack
he's having a heart attack
My dad just had a heart attack.
it's a heart attack, please hurry
my wife is having a stroke
he is having a seizure
she's having a severe allergic reaction
my daughter is going into anaphylactic shock
he is in cardiac arrest
I have chest pains
my chest hurts really bad
call an ambulance
Can you call an ambulance please?
we need an ambulance
send an ambulance to 12 Oak Street
please call 911
Call nine one one!
dial 9 1 1
There's a fire!
there is a fire in the kitchen
theres a fire here
a large pepperoni and, oh no, there's a fire
the kitchen is on fire
my house is on fire
The oven caught fire.
call the fire department
there's a gas leak
I smell gas
he passed out
someone just collapsed
an old man fainted
she's unconscious
he won't wake up
he is bleeding badly
she's bleeding
somebody has been shot
he got stabbed
he has a gun
someone is breaking into my house
I'm being attacked
call the police
there's been an accident
this is an emergency
it's a medical emergency
my wife is in labor
her water just broke
he is dying
she drank bleach
he swallowed a battery
I want to kill myself
my friend overdosed
my son is drowning in the pool
my boy is turning blue
there's someone choking at table five
my grandmother fell and is not moving
he hit his head
fire! fire!
he isn't responding
send help
my boyfriend is hitting me
we've been in a car accident
I cut myself badly, there's blood everywhere
I took too many pills
is there a doctor
hay un hombre con una pistola
se está ahogando
Mi hijo se está ahogando, ¡ayuda!
me estoy ahogando
mi papá no puede respirar
la niña no respira
le está dando un infarto
está teniendo un ataque al corazón
mi esposo tuvo un infarto
tiene una reacción alérgica
llame una ambulancia
llama a una ambulancia por favor
necesitamos una ambulancia
hay un incendio
hay fuego en la cocina
se está quemando la casa
llame a la policía
llamen al 911
llama a los bomberos
es una emergencia
es una emergencia médica
se desmayó
mi mamá está inconsciente
no despierta
está sangrando
¡Auxilio!
se está muriendo
""".splitlines()

HARMLESS = """\

a large pepperoni please
the fire roasted peppers
there's a fire roasted salsa, right?
one wood fire pizza
can I get the fire wings
do you have a fire sauce
the fire-grilled chicken
one heart attack burger please
the heart attack on a plate
is that the heart attack special?
those wings are a heart attack waiting to happen
my emergency contact is Ana
we're next to the emergency exit
leave it at the emergency room entrance
it's not an emergency
this is not an emergency, I just want to order
no emergency, take your time
I have a pizza emergency
this is a food emergency
it's an emergency, I need a large pizza
I'm choking with laughter
stop it, I'm laughing so hard I can't breathe
I can't breathe from laughing
I'm choking up here
nobody is choking
he's not choking
it's a choking hazard for kids
an artichoke pizza
two artichokes
I'm dying for a pizza
I'm dying of hunger
we're starving to death
I almost had a heart attack when I saw the price
I'm having a heart attack at those prices
my dad had a heart attack last year so no salt
I had an allergic reaction to nuts once
I have an allergy to nuts
I'm allergic to peanuts
are there nuts in it, I have had a stroke of luck
the wings were drowning in sauce
the fries drowning in cheese
call me when it's ready
please call my name
I'll call the police if you don't refund me
don't call 911
no need to call an ambulance
sorry about the noise, an ambulance is passing by
the fire truck is outside, sorry
there's a fire drill so give me a minute
my address is 911 Main Street
there's a fireplace next to our table
my mouth is on fire
you are on fire today
those are to die for
can I get a shot of espresso
suicide wings please
kill two birds with one stone
I need a doctor pepper
help me choose
can you help me
I need help with the menu
the kids won't wake up if you ring softly
the box collapsed last time
rare, still bleeding
rings of fire
put it on fire
is there a fire pizza
firecracker shrimp
I passed out flyers for you
my wife is going to kill me if I forget the coke
a blood orange soda
it's not moving very fast, your line
I'd kill for a burger
we have a fire pit
unas alitas de fuego
me muero de hambre
me muero de risa
se muere por una pizza
no puedo respirar de la risa
me estoy ahogando de la risa
no es una emergencia
casi me da un infarto con esos precios
es mi contacto de emergencia
una pizza ahogada
una torta ahogada con salsa
voy a llamar a la policía si no me devuelven el dinero
quiero dos cocas
soy alérgico a las nueces
""".splitlines()


@pytest.mark.parametrize("words", DANGER)
def test_words_of_danger(words: str) -> None:
    assert is_emergency(words)


@pytest.mark.parametrize("words", HARMLESS)
def test_words_that_only_sound_like_it(words: str) -> None:
    assert not is_emergency(words)


def test_very_long_talk_is_quickly_read() -> None:
    assert not is_emergency("a large pepperoni and a coke and he said she said laughing " * 800)
    assert is_emergency("a large pepperoni and a coke " * 800 + "someone is choking")


@pytest.mark.parametrize("pattern", DANGERS)
@given(data=st.data())
def test_nothing_that_a_pattern_finds_lacks_a_hint(pattern: str, data: st.DataObject) -> None:
    found = data.draw(st.from_regex(re.compile(pattern, re.ASCII)))
    assert HINT.search(found) is not None
