"""How people write the names of household things: "side table" for sidetable, "counter", "lights"."""

from __future__ import annotations

_SPLIT = {
    **{w: w[: -len(end)] + " " + end for end, words in {
        "table": ("sidetable", "diningtable", "coffeetable"), "can": ("garbagecan", "wateringcan"),
        "machine": ("coffeemachine",), "burner": ("stoveburner",), "top": ("countertop",), "basin": (
            "sinkbasin", "bathtubbasin"), "stand": ("tvstand",), "clock": ("alarmclock",), "bat": ("baseballbat",),
        "ball": ("basketball",), "knife": ("butterknife",), "phone": ("cellphone",), "card": ("creditcard",),
        "sponge": ("dishsponge",), "bottle": ("glassbottle", "soapbottle", "spraybottle", "winebottle"),
        "towel": ("handtowel",), "chain": ("keychain",), "shaker": ("peppershaker", "saltshaker"),
        "control": ("remotecontrol",), "bar": ("soapbar",), "bear": ("teddybear",), "racket": ("tennisracket",),
        "box": ("tissuebox",), "paper": ("toiletpaper",), "holder": ("towelholder", "handtowelholder"),
        "hanger": ("toiletpaperhanger",), "hamper": ("laundryhamper",), "lamp": ("desklamp", "floorlamp"),
        "chair": ("armchair",), "brush": ("scrubbrush",), "roll": ("papertowelroll",),
    }.items() for w in words},
    "handtowelholder": "hand towel holder", "toiletpaperhanger": "toilet paper hanger",
    "papertowelroll": "paper towel roll",
}  # fmt: skip
_SHORT = {
    "countertop": "counter", "sinkbasin": "sink", "bathtubbasin": "bathtub", "garbagecan": "garbage",
    "stoveburner": "burner", "desklamp": "lamp", "cellphone": "phone", "creditcard": "card", "remotecontrol": "remote",
    "tvstand": "tv stand", "dishsponge": "sponge", "coffeemachine": "coffee maker", "garbagecan ": "bin",
    "laundryhamper": "hamper", "winebottle": "wine", "diningtable": "dining table",
}  # fmt: skip
_PLURALS = {"shelf": "shelves", "knife": "knives", "butterknife": "butterknives"}


def spaced(name: str) -> str:
    """ "side table" of "sidetable"."""
    return _SPLIT.get(name, name)


def forms(name: str) -> tuple[str, ...]:
    """The ways to write a name, as the world writes it first."""
    return tuple(dict.fromkeys((name, spaced(name), _SHORT.get(name, name))))


def plural(name: str) -> str:
    if name in _PLURALS:
        return _PLURALS[name]
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "sh", "ch", "x")) else "s")
