"""English words as spaCy's blank pipeline splits them, as far as nouns can tell the difference.

The rule tagger needs its tokens; the pipeline itself is a large dependency. A word between spaces is taken apart from
both ends (brackets, quotes, currency, units, a final possessive), unless what is left is a known exception; what
remains is split at hyphens, slashes and the like between letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

# Scripts without case count as both.
_UNCASED = (
    r"\u1200-\u137F\u0980-\u09FF\u0591-\u05F4\uFB1D-\uFB4F\u0620-\u064A\u066E-\u06D5\u06E5-\u06FF\u0750-\u077F"
    r"\u08A0-\u08BD\uFB50-\uFBB1\uFBD3-\uFD3D\uFD50-\uFDC7\uFDF0-\uFDFB\uFE70-\uFEFC\u0D80-\u0DFF\u0900-\u097F"
    r"\u0C80-\u0CFF\u0B80-\u0BFF\u0C00-\u0C7F\uAC00-\uD7AF\u1100-\u11FF\u3040-\u30FF\u4E00-\u9FFF\u3400-\u4DBF"
    r"\U00020000-\U0002EBEF\u2E80-\u2FDF\u2FF0-\u303F\u31C0-\u31EF\u3200-\u33FF\uF900-\uFAFF\uFE30-\uFE4F"
    r"\U0001F200-\U0001F2FF\U0002F800-\U0002FA1F"
)
_LETTERED = r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
_LOWER = rf"[[\p{{Ll}}&&{_LETTERED}]{_UNCASED}]"
_UPPER = rf"[[\p{{Lu}}&&{_LETTERED}]{_UNCASED}]"
_ALPHA = rf"[[[\p{{Ll}}\p{{Lu}}]&&{_LETTERED}]{_UNCASED}]"

_QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉⟦⟧"
_QUOTE = rf"[{_QUOTES}]"
_PUNCTUATION = r"……|[…,:;!?¿؟¡()\[\]{}<>_#*&。？！，、；：～·।،۔؛٪]"
_CURRENCY = r"US\$|C\$|A\$|[\$£€¥฿₽﷼₴₠-₿]"
_SYMBOL = r"\p{So}"
_ELLIPSIS = r"\.\.+|…"
_UNITS = (
    "km²|km³|km|m²|m³|m/s|mbar|mph|mm²|mm³|mm|mg|mb|m|dm²|dm³|dm|cm²|cm³|cm|ha|µm|µg|nm|yd|in|ft|kg|km/h|kmh|kb|g|gb|"
    "t|tb|lb|oz|hPa|Pa|MB|M|KB|K|GB|G|TB|T|%"
)

_PREFIX = rf"^(?:[§%=—–]|\+(?![0-9])|{_PUNCTUATION}|{_ELLIPSIS}|{_QUOTE}|{_CURRENCY}|{_SYMBOL})"
_SUFFIX = (
    rf"(?:{_PUNCTUATION}|{_ELLIPSIS}|{_QUOTE}|{_SYMBOL}|['’][sS]|[—–]|(?<=[0-9])\+|(?<=°[FfCcKk])\."
    rf"|(?<=[0-9])(?:{_CURRENCY})|(?<=[0-9])(?:{_UNITS})"
    rf"|(?<=[[0-9%²\-+…,:;!?¿؟¡()\[\]{{}}<>_#*&。？！，、；：～·।،۔؛٪|{_QUOTES}]{_LOWER}])\.|(?<={_UPPER}{_UPPER})\.)$"
)
_INFIX = (
    rf"{_ELLIPSIS}|{_SYMBOL}|(?<=[0-9])[+\-*^](?=[0-9-])|(?<=[{_LOWER}{_QUOTES}])\.(?=[{_UPPER}{_QUOTES}])"
    rf"|(?<={_ALPHA}),(?={_ALPHA})|(?<=[{_ALPHA}0-9])(?:-|–|—|--|---|——|~)(?={_ALPHA})"
    rf"|(?<=[{_ALPHA}0-9])[:<>=/](?={_ALPHA})"
)
_HOST = r"[A-Za-z0-9\u00A1-\uFFFF]"
_ADDRESS = (
    r"^(?:[\w+\-.]{2,}://)?(?:\S+(?::\S*)?@)?"
    r"(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})"
    r"(?!172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})"
    r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}"
    r"\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])"
    rf"|(?:(?:{_HOST}[A-Za-z0-9\u00A1-\uFFFF_-]{{0,62}})?{_HOST}\.)+{_LOWER}{{2,63}})"
    r"(?::\d{2,5})?(?:[/?#]\S*)?$"
)


class _Patterns(NamedTuple):
    prefix: Any
    suffix: Any
    infix: Any
    address: Any


@cache
def _patterns() -> _Patterns:
    import regex

    return _Patterns(*(regex.compile(p, regex.V1) for p in (_PREFIX, _SUFFIX, _INFIX, _ADDRESS)))


def tokenize(text: str) -> list[str]:
    """The tokens of a text, white space left out."""
    return [token for word in text.split() for token in _word(word)]


@lru_cache(1 << 15)
def _word(word: str) -> tuple[str, ...]:
    """The tokens of what stands between two spaces."""
    exceptions = _exceptions()
    return exceptions.get(word) or tuple(_rejoin(list(_split(word, exceptions))))


def _split(word: str, exceptions: dict[str, tuple[str, ...]]) -> Iterator[str]:
    at = _patterns()
    suffixes: list[str] = []
    while word and word not in exceptions:
        prefix = found.end() if (found := at.prefix.search(word)) else 0
        if prefix and word[prefix:] in exceptions:
            yield word[:prefix]
            word = word[prefix:]
            break
        rest = word[prefix:]
        suffix = len(rest) - found.start() if (found := at.suffix.search(rest)) else 0
        if suffix and word[:-suffix] in exceptions:
            suffixes.append(word[-suffix:])
            word = word[:-suffix]
            break
        if not prefix and not suffix:
            break
        if prefix:
            yield word[:prefix]
        if suffix:
            suffixes.append(word[-suffix:])
        word = word[prefix : len(word) - suffix]
    if word in exceptions:
        yield from exceptions[word]
    elif at.address.match(word):
        yield word
    elif word:
        yield from _inside(word, at.infix)
    yield from reversed(suffixes)


def _inside(word: str, infix: Any) -> Iterator[str]:
    start = 0
    for found in infix.finditer(word):
        if found.start() > 0:
            if word[start : found.start()]:
                yield word[start : found.start()]
            yield found.group()
            start = found.end()
    if word[start:]:
        yield word[start:]


def _rejoin(tokens: Sequence[str]) -> Iterator[str]:
    """Exceptions that the splitting took apart in the middle of a word stand together again, the longest first."""
    known = _taken_apart()
    spans = [
        (start, start + length)
        for length in range(_LONGEST, 1, -1)
        for start in range(len(tokens) - length + 1)
        if tuple(tokens[start : start + length]) in known
    ]
    joined: dict[int, int] = {}
    taken: set[int] = set()
    for start, end in spans:
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            joined[start] = end
    at = 0
    while at < len(tokens):
        end = joined.get(at, at + 1)
        yield from known[tuple(tokens[at:end])] if at in joined else (tokens[at],)
        at = end


_LONGEST = 4


@cache
def _taken_apart() -> dict[tuple[str, ...], tuple[str, ...]]:
    """The exceptions that splitting would take apart, by the pieces that it makes of them."""
    apart = {tuple(_split(word, {})): kept for word, kept in _exceptions().items()}
    return {pieces: kept for pieces, kept in apart.items() if 1 < len(pieces) <= _LONGEST and pieces != kept}


@cache
def _exceptions() -> dict[str, tuple[str, ...]]:
    """Words that are known as a whole, with the tokens that they are."""
    found: dict[str, tuple[str, ...]] = {word: (word,) for word in _WHOLE.split()}
    for letter in "abcdefghijklmnopqrstuvwxyzäöü":
        found[f"{letter}."] = (f"{letter}.",)
    for letter in "cfkCFK":
        found[f"°{letter}."] = ("°", letter, ".")
    for heads, tails in _CONTRACTIONS:
        for head in heads.split():
            for form in (head, head.title()):
                for tail in tails.split():
                    pieces = tail.split("+")
                    found[form + "".join(pieces)] = (form, *pieces)
                    # The same without its apostrophes: dont, youre, wholl.
                    bare = [piece.replace("'", "") for piece in pieces]
                    found[form + "".join(bare)] = (form, *bare)
    for hour in range(1, 13):
        for period in ("a.m.", "am", "p.m.", "pm"):
            found[f"{hour}{period}"] = (str(hour), period)
    for split in _SPLIT.split():
        found[split.replace("+", "")] = tuple(split.split("+"))
    for word in _ORDINARY.split():
        found.pop(word, None)
    for word, kept in list(found.items()):
        found[word.replace("'", "’")] = tuple(piece.replace("'", "’") for piece in kept)
    return found


_CONTRACTIONS = (
    ("i", "'m 'm+a"),
    ("i you he she it we they", "'ll 'll+'ve 'd 'd+'ve"),
    ("i you we they", "'ve"),
    ("you we they", "'re"),
    ("he she it", "'s"),
    ("who what when where why how there that this", "'s"),
    ("who what when where why how there that this these those", "'ll 'll+'ve 'd 'd+'ve"),
    ("who what when where why how there these those", "'re 've"),
    ("ca could do does did had may might must need ought sha should wo would", "n't n't+'ve"),
    ("could might must should would", "'ve"),
    ("ai are is was were have has dare", "n't"),
)
_SPLIT = (
    "y'+all y+all how+'d+'y How+'d+'y not+'ve not+ve Not+'ve Not+ve can+not Can+not gon+na Gon+na got+ta Got+ta let+'s "
    "Let+'s c'm+on C'm+on"
)
# Contractions that are words of their own.
_ORDINARY = "Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore"
_WHOLE = (
    "— ' '' <space> C++ 'd 'S 's ‘S ‘s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout 'em em 'll ll "
    "'nuff nuff ma'am Ma'am o'clock O'clock lovin' Lovin' lovin Lovin havin' Havin' havin Havin doin' Doin' doin Doin "
    "goin' Goin' goin Goin nothin' Nothin' nothin Nothin nuthin' Nuthin' nuthin Nuthin ol' Ol' ol Ol somethin' "
    "Somethin' somethin Somethin "
    "Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. "
    "Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. "
    "Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. "
    "i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    # Faces with letters in them; those without are no nouns, together or apart.
    "xD XD xDD XDD 8D 8-D :P :-P :p :-p :O :-O :o :-o :X :-X :x :-x :D :-D ;D ;-D =D >:o :o) (o: v.v V.V v_v V_V o_o "
    "o_O O_o O_O 0_o o_0 o.O O.o O.O o.o 0.o o.0"
)
