# ruff: noqa: SIM905 - words are easier to read as a text
"""What the bundled questions are about. Firms, surnames, towns and goods of one split appear in no other one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillevo.envs.draw import Draw

SPLITS = ("train", "val", "test")

_FIRMS = """Aldermoor Ashgrove Bellwether Birchholm Calloway Cinderford Dunmore Eastlake Fairbrook Foxglove Glenhaven
Greystone Hartwell Holloway Ironbridge Juniper Kestrel Larkspur Maplewood Merriweather Northgate Oakhurst
Pemberton Quillfeather Ravenscar Rosewater Saltmarsh Silverdale Thornbury Underhill Valemont Westbourne
Wexcombe Yarrow Applegarth Brackenridge""".split()
_SURNAMES = """Abara Andersson Bauer Castellano Dimitrov Eriksen Fontaine Grigoryan Hashimoto Ibrahim Jansen Kowalski
Lindqvist Moreau Nakamura Okafor Petrov Quispe Rahman Sandoval Takahashi Ueda Varga Wiśniewski Yamada Zeller
Achterberg Bianchi Chaudhry Desrosiers Ferreira Gunnarsson Haddad Ivanova Jovanović Kaplan""".split()
_TOWNS = """Arlen Bexhill Corvane Delmere Elsworth Farrow Galston Hexby Inverlee Jarrow Kelso Linwood Marden Norwell
Ormsby Penrith Quarrin Redmire Selby Tarn Ulverton Wyre Yarm Zeal Barrowby Crantock Dunster""".split()
_GOODS = """anvil basket candle drum easel funnel globe hammer inkwell jug kettle lantern mirror needle oar paddle quilt
rope saddle trowel urn vase whistle xylophone yoke zither awl bellows chisel dial ewer fiddle goblet hinge
jigsaw ladle""".split()
_FIRST = """Ada Bruno Chiara Dmitri Elif Farid Greta Hugo Ines Jonas Keiko Lars Mina Noor Oscar Priya""".split()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one split."""

    firms: Sequence[str]
    surnames: Sequence[str]
    towns: Sequence[str]
    goods: Sequence[str]

    def people(self, draw: Draw, n: int) -> list[str]:
        """So many names, no surname twice."""
        return [f"{draw.pick(_FIRST)} {surname}" for surname in draw.shuffled(self.surnames)[:n]]


def _every_third(words: Sequence[str], k: int) -> Sequence[str]:
    return words[k::3]


WORDS: Mapping[str, Words] = {
    split: Words(*(_every_third(words, k) for words in (_FIRMS, _SURNAMES, _TOWNS, _GOODS)))
    for k, split in enumerate(SPLITS)
}
