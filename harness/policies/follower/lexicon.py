"""The English that the follower reads: verbs with their paraphrases, words for states, roles and places in general.

It holds words, not knowledge: which verbs mean to pick up, that "cold" speaks of cooling, that "the destination" is
where the task wants things put. What heats, cools or cleans, where things lie and how a task is solved is nowhere in
it; names of household things are the world's business (alfworld.py).
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The set of the words in a text."""
    return frozenset(text.split())


_BASES = {
    "find": "find locate seek discover spot hunt detect uncover",
    "search": "search check look explore scan survey scour comb browse probe sweep rummage peek inspect try cover "
    "raid ransack canvass tour sift patrol scrutinize scrutinise poke peer dig delve",
    "go": "go head walk travel navigate proceed return approach visit revisit come stroll advance reach hurry rush "
    "march dash race jog trot sprint saunter amble hike",
    "carry": "bring carry haul transport convey ferry lug",
    "take": "take grab fetch collect pick get obtain acquire retrieve lift gather snatch seize secure remove "
    "extract catch pull withdraw nab procure scoop hoist claim pluck grasp",
    "put": "put place set drop deposit stow leave lay position store deliver insert stick park release tuck rest "
    "dump settle situate stash pop toss throw slip slide shove plop plonk hang load unload house restore",
    "move": "move transfer shift relocate",
    "open": "open unlatch",
    "close": "close shut",
    "use": "use turn switch toggle activate power flip operate light enable employ press push illuminate ignite "
    "click flick utilise utilize",
    "heat": "heat warm cook microwave reheat nuke zap",
    "cool": "cool chill refrigerate freeze",
    "clean": "clean wash rinse scrub cleanse sanitize sanitise wipe",
    "slice": "slice cut chop",
    "change": "change process transform treat prepare apply alter modify handle",
    "make": "make",
    "hold": "hold",
    "examine": "examine study view look-at",
    "issue": "issue execute call send type output perform",
    "repeat": "repeat redo rerun loop iterate restart cycle reiterate retry",
    "stop": "stop finish end quit halt terminate conclude exit abort cease",
    "prefer": "prioritize prioritise prefer favor favour",
    "start": "start begin commence",
    "continue": "continue keep resume",
    "skip": "skip ignore avoid omit bypass disregard",
    "remark": "read note remember recall identify determine understand parse plan think decide ensure verify confirm "
    "watch consider know recognize recognise track notice memorize memorise review list observe mind beware wait "
    "expect assume interpret mark record establish figure learn double-check pay break work be focus follow analyze "
    "analyse choose select see test waste worry",
}
"""Bases of the verbs by what the follower does with them."""

_IRREGULAR = {
    "find": "found", "seek": "sought", "go": "gone", "take": "taken", "get": "got", "bring": "brought", "put": "put",
    "set": "set", "leave": "left", "lay": "laid", "make": "made", "hold": "held", "cut": "cut", "shut": "shut",
    "read": "read", "keep": "kept", "begin": "begun", "stick": "stuck", "light": "lit", "come": "come", "be": "been",
}  # fmt: skip
_DOUBLED = words("stop get put set drop chop scan cut shut run begin spot skip flip step plan grab slip sit rub")


def gerund(base: str) -> str:
    if base in _DOUBLED:
        return base + base[-1] + "ing"
    return (base[:-1] if base.endswith("e") and not base.endswith(("ee", "be")) else base) + "ing"


def participle(base: str) -> str:
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in _DOUBLED else "") + "ed"


def third_person(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "o")) else "s")


VERBS = {base: action for action, bases in _BASES.items() for base in bases.split()}
GERUNDS = {gerund(base): base for base in VERBS}
PARTICIPLES = {participle(base): base for base in VERBS}
THIRDS = {third_person(base): base for base in VERBS}

STATES = ("heat", "cool", "clean", "slice")
"""Verbs that change a thing's state; each is also the concept that the task's sentence may speak of."""

CONCEPTS = {
    **{w: how for how in STATES for b in _BASES[how].split() for w in (b, gerund(b), participle(b), third_person(b))},
    "hot": "heat", "warmer": "heat", "hotter": "heat", "temperature-up": "heat",
    "cold": "cool", "colder": "cool", "cooler": "cool", "refrigeration": "cool",
    "cleaner": "clean", "cleanliness": "clean", "dirty": "clean",
    "two": "two", "2": "two", "pair": "two", "twice": "two", "second": "two", "both": "two", "multiple": "two",
    "several": "two", "plural": "two", "pick-two": "two", "look-at": "look",
    "examine": "look", "examining": "look", "examination": "look", "inspect": "look", "inspecting": "look",
    "look": "look", "looking": "look", "examined": "look", "viewing": "look", "view": "look", "inspection": "look",
}  # fmt: skip
THINGS = words("microwave")
"""Verbs that are far oftener the name of a thing; where a condition or a task speaks they are nothing else."""
for _thing in THINGS:
    del CONCEPTS[_thing]
STATE_WORDS = frozenset(w for w, concept in CONCEPTS.items() if concept in STATES)
PLACING = words("put place placing putting placement pick-and-place placed puts")
SIMPLE = words("simple plain basic simply ordinary merely just only")

# Words that carry no content where they stand
DETERMINERS = words(
    "the a an this these those some any each every all both its their your my such no one either another "
    "other whichever whatever that certain various"
)
QUANTIFIERS = words("each every all any various whichever several many most")
MORE = words("second another other next remaining additional two 2nd")
PRONOUNS = words("it them this that one ones those these they itself him her")
ADJECTIVES = words(
    "nearest closest closed shut open opened available remaining other empty correct appropriate right "
    "required specified given requested named desired relevant first second third last next same proper "
    "specific suitable particular actual new unopened unvisited unchecked unexplored unsearched visible "
    "matching designated chosen final likely common most probable possible plausible typical usual "
    "promising various different heated hot warm cooled cool cold chilled clean cleaned washed rinsed "
    "unlikely needed necessary wanted main only single additional extra two three 2 whole entire full obvious "
    "nearby current previous original indicated stated mentioned found held assigned intended known own "
    "exact now-hot now-clean now-cold freshly located candidate"
)
FILLERS = words(
    "then also first firstly always now immediately simply carefully next finally lastly please just "
    "directly straight quickly only secondly thirdly instead again afterwards afterward either still "
    "systematically thoroughly subsequently ultimately eventually once-there too actually already safely "
    "properly gently yet usually often typically normally generally commonly physically you we i should "
    "must can could may might will shall would need needs have has to agent the-agent be sure try "
    "remember want do so okay ok initially here so-then begin-by"
)
"""What may stand before an imperative verb without changing it ("then you should always carefully ...")."""
PARTICLES = words("up down on off out away back over around along together with again in")
PREPOSITIONS = {
    **dict.fromkeys(words("in on at onto into upon among amongst"), "in"),
    **dict.fromkeys(words("inside within"), "inside"),
    **dict.fromkeys(words("to toward towards"), "to"),
    "from": "from", "with": "with", "using": "with", "via": "with", "for": "for", "through": "through",
    **dict.fromkeys(words("under underneath beneath near by beside below against behind"), "near"),
    **dict.fromkeys(words("across around over throughout along"), "through"),
    "about": "about", "as": "as", "except": "except", "without": "without", "during": "during", "per": "as",
}  # fmt: skip
ORDER_MARKS = words("then next finally lastly afterwards subsequently followed")

LIGHTS = words("lamp light desklamp floorlamp")
"""Nouns that make of a section's heading one for looking at things."""

# Roles
OBJECT_HEADS = words("object item thing stuff instance piece objective-object food belonging copy good target-object")
PLACE_HEADS = words(
    "receptacle place location container surface spot furniture area storage site position furnishing recep compartment"
)
TARGET_HEADS = words("target destination goal dest endpoint")
TARGET_WORDS = TARGET_HEADS | words(
    "final required specified requested designated named correct right given desired drop-off intended "
    "stated proper mentioned wanted indicated assigned"
)  # fmt: skip
TOOL_HEADS = words("tool instrument utensil")
APPLIANCE_HEADS = words("appliance device station machine equipment fixture")
EVERYWHERE = words(
    "everything anything something everywhere anywhere room rest elsewhere house others remainder kitchen "
    "scene else environment"
)  # fmt: skip
NOWHERE = words(
    "content contents interior hand hands inventory turn order task time step steps mind instruction instructions "
    "sentence list loop question way advance case sequence total process procedure detail search prompt description "
    "possession gripper arm arms foot feet eye eyes finger fingers palm palms shoulder shoulders context "
    "plan phase bedroom bathroom livingroom pattern fashion manner "
    "systematically need once least most observation"
)
TASK_WORDS = words(
    "task goal instruction instructions prompt request objective assignment mission command sentence "
    "question asks ask says say requires require required mentions mention wants want calls demands "
    "demand specifies specify needs need states tasks description order wording names name query job "
    "speaks involves involve concerns contains"
)
NEGATIVES = words("not no never unless without cannot neither nor n't")

_PLURALS = {"shelves": "shelf", "knives": "knife", "loaves": "loaf", "leaves": "leaf", "halves": "half"}
_NOT_PLURAL = words("glass gas bus lens keys always this its as is has does toss across pass less press focus lettuce")


def singular(word: str) -> str:
    """The singular of an English noun, by rule."""
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in _NOT_PLURAL:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "toes")):
        return word[:-2]
    return word[:-1]


# Words that a reading need not take up (accounting.py)
GRAMMAR = words(
    "and or so if when whenever where wherever which who whose what whatever how why while whilst before after "
    "until till once as because since although though both of there here not no never nor neither unless without "
    "otherwise else needless upon by be is are was were been being am do does did done having had get gets got "
    "become becomes tend tends ought shall happens happen seems seem appears appear following according depending due "
    "yourself themselves himself they their he she his us"
)
CIRCUMSTANCES = words(
    "nothing nowhere none more less least fewer enough exact exactly closely well ahead along soon quick fast slow "
    "wide attention number numbers count arrival arrive arrived encounter encountered reached reach saw see seen "
    "belongs belong word words term action actions act acts episode episodes end done complete completed missing "
    "absent asked told given tells says remain remains left state states treatment kind type sort sake best better "
    "good great nice proper mental patient success successful successfully necessary unnecessary possible long time "
    "moment way inside outside within front middle top inch bit lot hand hands bedroom bedrooms bathroom kitchen "
    "livingroom room house doing going useful sure ready present door doors x y n lie lies lying kept stored hidden "
    "inner outer whether need needed own careful thorough methodical accomplished achieved solved succeeded fulfilled "
    "satisfied applicable condition conditions contain contains feedback form further game include included includes "
    "including possess possesses progress property score shows sight skill sometimes status temperature variant "
    "version very above earlier later anyway meanwhile hence thus therefore likewise similarly moreover furthermore "
    "however"
)
"""What tells when, where and how well, without asking for another act or for less of it."""
UNREAL = words(
    "bounded almost half halfway apart but than besides "
    "hardly barely scarcely rarely seldom nearly virtually partly partially mentally hypothetically theoretically "
    "allegedly supposedly improperly incorrectly wrongly reluctantly differently separately conversely oppositely"
)
"""Words that leave an act undone, bound it or make it another one; all others in -ly are manner and harmless."""
PHRASAL = {
    "take": words("apart over after turns"), "put": words("off up together"),
    "look": words("after forward up down away"),
    "set": words("fire off up"), "carry": words("on out"), "bring": words("up about"), "hold": words("up off back"),
    "get": words("along by lost ready started going moving busy"),
    "turn": words("off around away down over"), "go": words("off against without"),
    "throw": words("up"), "break": words("open"), "pick": words("on at"), "give": words("up"),
    "keep": words("off away out"), "run": words("out away"), "make": words("up"), "leave": words("off"),
}  # fmt: skip
"""Verbs that mean something else with one of these particles behind them, or behind their object."""

_KNOWN = frozenset().union(
    VERBS, GERUNDS, PARTICIPLES, THIRDS, CONCEPTS, PREPOSITIONS.keys() - {"except", "against"}, DETERMINERS,
    QUANTIFIERS, MORE, PRONOUNS, ADJECTIVES, FILLERS, PARTICLES, ORDER_MARKS, OBJECT_HEADS, PLACE_HEADS, TARGET_WORDS,
    TOOL_HEADS, APPLIANCE_HEADS, EVERYWHERE, NOWHERE, TASK_WORDS, SIMPLE, PLACING, NEGATIVES, GRAMMAR, CIRCUMSTANCES,
    words(", ; :"),
)  # fmt: skip


def known(word: str) -> bool:
    """Whether the language explains a word by itself: it need not name anything."""
    if word in UNREAL:
        return False
    return word in _KNOWN or singular(word) in _KNOWN or word.isdigit() or (word.endswith("ly") and len(word) > 4)
