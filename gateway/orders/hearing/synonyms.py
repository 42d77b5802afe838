"""What everyday English and Spanish call the same thing: sizes cut short, brands, the two names of a vegetable.

Data only, and of no restaurant: a menu's own names come first, and a word here only adds a further way to say a name
that the menu has. Both sides of a pair are folded words; a pair works in both directions.
"""

# How the sizes that nearly every menu has are cut short, and how they are said in Spanish.
SIZES = {
    "small": ("sm", "pequeña", "pequeño", "chica", "chico"),
    "medium": ("med", "mediana", "mediano"),
    "large": ("lg", "grande"),
    "extra large": ("xl", "x large", "extra big", "xlarge", "extra grande"),
}

_PAIRS = """
coke=coca cola|coke=cola|fries=french fries|guac=guacamole|mayo=mayonnaise|bbq=barbecue|bbq=barbeque|bbq=bar b q
pepperoni=peperoni|mozzarella=mozz|parmesan=parm|veggie=vegetable|veggie=vegetarian|shrimp=prawn|cilantro=coriander
scallion=green onion|scallion=spring onion|eggplant=aubergine|zucchini=courgette|arugula=rocket
bell pepper=sweet pepper|garbanzo bean=chickpea|soda=pop|soda=soft drink|oj=orange juice|pb=peanut butter
ketchup=catsup|chips=crisps|yogurt=yoghurt|chili=chilli|chili=chile|donut=doughnut|iced tea=ice tea
decaf=decaffeinated|espresso=expresso|cappuccino=capuccino|whipped cream=whip cream|skim milk=skimmed milk
skim milk=nonfat milk|skim milk=fat free milk|sandwich=sub|sandwich=hoagie|tomato sauce=marinara
marinara sauce=marinara|sauerkraut=kraut|queso=cheese dip|to go box=takeout box|gluten free=no gluten|lite=light
hot dog=hotdog|cheese burger=cheeseburger|ham burger=hamburger|hamburger=ground beef|milk shake=milkshake
shake=milkshake|shake=milk shake|seven up=7 up|dr pepper=doctor pepper|root beer=rootbeer|lemonade=lemon ade
half and half=half n half|mac and cheese=macaroni and cheese|meatball=meat ball|garlic bread=garlicbread
""".strip()

PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = tuple(
    (tuple(left.split()), tuple(right.split()))
    for pair in _PAIRS.replace("\n", "|").split("|")
    for left, right in [pair.split("=")]
)
