"""Everyday words that order nothing by themselves, in English and Spanish. Data only.

`COMMON` words are neither misheard dishes nor dishes that the menu does not have. `DESCRIBING` words say how food is or
what kind it is; alone they are no part of a name that could stand for the whole.
"""

_COMMON = """
able about above absolutely across actually add added adding address adds after afternoon again against ain't al all
allergic allergies allergy almost along already alright also although always am amazing among and angry another answer
answered any anybody anymore anything anyway anywhere apart are around as ask asked asking at ate aunt away awesome
baby back bad bag bake basically be beautiful because become been before being believe below besides best better
between beyond big bigger biggest bill birthday bit block body boss both bottom bought bowl bowls box boxes boy break
breakfast bring bringing bro brought buddy buenas buenos bunch busy but buy buying by bye caffeine call called calling
came can can't car car's card careful carry carryout cash cause center cents certainly change changed changing charge
cheap check city clean clear closed cold collect come comes company complete con cook cooked cooking cool corner cos
cost costs could counter couple coupon craving cravings cross crowd cup cups cut cute cuz dad dark daughter day de
deal definitely del delicious deliver delivered delivery despite dias did didn't diet different dinner dirty discount
do doctor does doesn't dollar dollars don't done door double down dozen drink drinking drinks drive driving drove dry
dude during each early easy eat eating eats either el else empty en end enough entire es eso espanol especially even
evening ever every everybody everyone everything everywhere exactly excellent except expensive extra face fairly false
family fantastic favor favorite favour feed feeding feel feeling feels felt few fifth final find fine finish finished
first folks food for forget forgot forgotten fork found fourth free fresh friend friends from front full funny game
gave gentlemen get gets getting gimme girl give given gives glad go going gonna good goodbye got gotta gotten gracias
grandma grandpa great group guess guessing guest guests guy had half hand hands hang happen happened happy hard has
hate have having he he's head health healthy hear heard heavy hello help helped helping her here hey hi high him his
hola hold home honestly hope hot hour hours house how however huge hungry hurry husband i i'd i'll i'm i've idea if
ignore important in include included includes including ingles inside instead instruction instructions into is isn't
it it's item items its job just keep keeping kept kid kids kind kinda kindly kinds knife know la ladies large larger
las last late later le least leave leaving left lemme less let let's lets light like line listen literally little lo
long longer look looked looking looks los lot lots loud love lovely low lunch ma'am mad made mainly make makes making
man many may maybe me meal mean means meant medium meet meeting met mi middle midnight might mind minute minutes miss
mister mom money month mood more morning most mostly mr mrs ms much myself nada nah name napkin napkins nearly need
needs neighbor neither never new next nice night no nobody noches none noon nope nor normal not nothing now nowhere
number numbers o obviously of off office often ok okay old on once one ones only onto open or order ordered ordering
orders other others our ourselves out outside over own paid pair para party pay paying people per perfect perhaps
person phone pick pick-up picked pickup piece pieces place plain plate plates please por possible possibly prefer
preferably pretty price probably problem prompt puede puedo put puts putting quarter que quick quickly quieres quiero
quiet quisiera quite rather ready real really regular remember repeat rest restaurant right room roommate rules run
running sad safe said same saw say school se second see seeing seem seemed seems seen seguir send sent serious
seriously serve served serving set several shall share sharing she she's shop short should si sick side sides simply
sin since sir sis size sized sizes small smaller smell so soft some somebody someone something sometimes somewhere son
soon sorry sort sorta sound sounded sounds speak speaking special spend split splitting spoke spoon start started
starting starved starving stay staying still store straw straws street style styles su such sure surely swap switch
system table take takeaway taken takeout takes taking talk tardes taste tastes tasty team tell telling than thank
thanked thanks that that's their themselves then there these they they're thing things think thinking third thirsty
this those though thought thrice through throw throwing till time tip tired to today todo together told tonight too
took top topped topping toppings tops total totally toward towards town tried triple true try trying twice type types
un una uncle under understand understood unless unlike uno until up upon upset us use used using usual usually
utensils vegan vegetarian very via wait waited waiting walk walking wanna want wanted wants warm was watch way ways we
we'd we'll we're week weekend welcome well went were wet what whatever when whenever where wherever whether which
while who whoever whole whom whose why wife will wish with within without won't wonderful work worse worst would
wouldn't wrong y y'all yall yeah year yep yes yesterday yet you you're young your yourself yup
"""

_DESCRIBING = """
baked ball bar basket bean beef beer big bite black blue bottle bowl box bread brown bun burger burrito butter cake
can cheese chicken chopped classic coffee cold combo cookie cream creamy crispy crunchy crust cup dark deluxe diced
diet dog double dressing drink fat filling finger flavored flavoured float food free fresh fried glass golden good
green grilled half homemade hot house iced juice jumbo junior king little low meal mild milk mini new nice noodle
nugget old order organic original pie piece pink pizza plain plate pork pot red regular rice ring roasted roll salad
salted sandwich sauce serving shredded side single slice sliced smoked soup sour special spicy steak stick strip style
sugar super sweet taco tart tea toasted topping triple warm water white whole wine wrap yellow zero
"""

COMMON = frozenset(_COMMON.split())
DESCRIBING = frozenset(_DESCRIBING.split())
