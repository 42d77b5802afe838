"""The ordinary words of ordering by phone, in English: what stands around the names of a menu. Pure data.

All entries are lower-case words with single spaces, as a recogniser writes them. They come from general knowledge of
the language, from no recording, corpus or test.
"""


def _listed(entries: str) -> tuple[str, ...]:
    """Entries that are separated by commas, over any number of lines."""
    return tuple(" ".join(entry.split()) for entry in entries.split(","))


NUMBERS = _listed(
    """
    two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty
    """
)
DIGITS = _listed(
    """
    zero, oh, one, two, three, four, five, six, seven, eight, nine
    """
)
TENS = _listed(
    """
    ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty, thirty, forty,
    fifty, sixty, seventy, eighty, ninety, hundred
    """
)
OPENINGS = _listed(
    """
    can i get, can i have, could i get, could i have, can we get, can we have, could we get, could we have,
    may i have, i'd like, i would like, i'll have, i'll take, i will
    have, i want, we want, we'll have, we'd like, let me get, let me have, give me, i need, just, and, also, and also,
    plus, get me, i'd like to order, i want to order, can you add, could you add, add, put, hi can i get, hello i'd
    like, yes and, yeah can i get
    """
)
CHANGES = _listed(
    """
    make that, make it, make them, actually, actually make that, actually make it, no make that, no make it, change
    that to, change it to, change the, sorry, no sorry, i mean, i meant, no i meant, wait, no wait, instead of, switch
    that to, take off the, take the, remove the, cancel the, forget the, drop the, without, no, not the, hold the,
    only, one more, another, add, with, extra, light, easy on the, no more, can you make that, can we make that
    """
)
CLOSINGS = _listed(
    """
    that's all, that is all, that's it, that is it, that will be all, that's everything, nothing else,
    no thanks, no thank you, no that's it, no that's all, i'm good, we're good, i'm done, thank you, thanks, thank you
    very much, that will do, just that, goodbye, bye
    """
)
FILLERS = _listed(
    """
    um, uh, uh huh, mm hm, hmm, okay, ok, well, let's see, let me see, let me think, hold on, one second, one moment,
    please, hello, hi, hey, good evening, good afternoon, and then, off, on it, on that, take that off, the first one,
    the second one, both of them, each, one of each, on both, on the side, half and half, one half, the other half,
    the other one, the last one, too
    """
)
QUESTIONS = _listed(
    """
    what do you have, what is that, what comes on, what comes with that, what sizes do you have, what toppings do you
    have, how much is, how much is that, what's the total, what is in the, do you have, do you have any, is there, are
    there, how long will it take, when will it be ready, can you repeat that, could you repeat that, say that again,
    what did you say, pardon, are you open, what time do you close, can i speak to someone, can i talk to a person,
    speak to a person, talk to a human, speak to the manager, i have an allergy, i'm allergic to, does it have nuts,
    cancel my order, start over, cancel everything
    """
)
ASSENTS = _listed(
    """
    yes, yeah, yep, yup, sure, correct, right, exactly, okay, ok, of course, absolutely, perfect, great, sounds good,
    sounds right, that's right, that is right, that's correct, yes it is, that is correct, go ahead, please do, all
    good, looks good, yes that's right, yes that is correct, yeah that's right, yes please, you got it, i do, fine,
    that's fine
    """
)
DENIALS = _listed(
    """
    no, nope, nah, not really, not yet, no that's wrong, that's wrong, that is wrong, that's not right, that is not
    right, that's not correct, incorrect, not quite, no wait, no it's not, no it isn't, i don't, don't, never mind,
    not at all, wrong
    """
)
FULFILMENT = _listed(
    """
    pickup, pick up, pick it up, for pickup, i'll pick it up, to pick up, delivery, for delivery, deliver it, can you
    deliver, to go, takeout, take out, carry out, pickup please, delivery please, it's for pickup, it's for delivery,
    i'll come and get it, collection
    """
)
# (A bare name, without any of these, is expected as well.)
NAME_CARRIERS = _listed(
    """
    it's, my name is, the name is, name is, this is, for, under, under the name, i'm, it's for, pickup for, yes it's,
    just
    """
)
PHONE_CARRIERS = _listed(
    """
    my number is, the number is, my phone number is, it's, area code, and then, you can reach me at, the number i'm
    calling from, this number, same number, yes, no, sorry, wait, plus one, um, uh
    """
)
ADDRESS_WORDS = _listed(
    """
    street, avenue, road, drive, lane, boulevard, court, place, way, north, south, east, west, apartment, unit, suite,
    floor, main street, number, the address is, my address is, it's, at, first, second, third, fourth, fifth, sixth,
    seventh, eighth, ninth, tenth, second floor, corner of, park, oak, maple, cedar, pine, elm, washington, lake,
    hill, church, high street, mill, river
    """
)
# Given names that are common in the English-speaking world and in its larger immigrant communities.
FIRST_NAMES = _listed(
    """
    aaron, adam, ahmed, alan, alex, alexander, alice, alicia, amanda, amy, ana, andrea, andrew, angela, anna, anne,
    anthony, antonio, barbara, ben, benjamin, beth, betty, bill, bob, brandon, brenda, brian, bruce, carl, carlos,
    carmen, carol, caroline, catherine, charles, charlie, charlotte, chloe, chris, christina, christine, christopher,
    claire, cindy, craig, daniel, danny, dave, david, dawn, deborah, dennis, diana, diane, diego, donald, donna,
    dorothy, doug, edward, elena, elizabeth, ellen, emily, emma, eric, erica, ethan, eva, evelyn, fatima, fiona,
    frank, fred, gabriel, gary, george, gloria, grace, greg, hannah, harry, heather, helen, henry, isabel, isabella,
    jack, jacob, jake, james, jamie, jane, janet, jason, jay, jean, jeff, jennifer, jenny, jeremy, jerry, jessica,
    jill, jim, joan, joe, john, jonathan, jordan, jorge, jose, joseph, joshua, joyce, juan, judy, julia, julie,
    justin, karen, kate, katherine, kathy, katie, keith, kelly, ken, kevin, kim, kyle, larry, laura, lauren, leah,
    leo, lily, linda, lisa, liz, louis, lucas, lucy, luis, luke, maggie, marco, maria, marie, mark, martha, martin,
    mary, matt, matthew, maya, megan, melissa, mia, michael, michelle, miguel, mike, mohammed, molly, monica, nancy,
    natalie, nathan, nick, nicole, nina, nora, oliver, olivia, oscar, pamela, patricia, patrick, paul, paula, pedro,
    peter, phil, priya, rachel, ralph, ray, rebecca, richard, rick, rob, robert, roger, ron, rosa, rose, roy, russell,
    ruth, ryan, sam, samantha, samuel, sandra, sara, sarah, scott, sean, sharon, shirley, simon, sofia, sophia,
    sophie, stephanie, stephen, steve, steven, sue, susan, taylor, teresa, terry, theresa, thomas, tim, tina, todd,
    tom, tony, tracy, tyler, vanessa, victor, victoria, vincent, walter, wayne, wendy, will, william, xavier, yolanda,
    zach, zoe
    """
)
