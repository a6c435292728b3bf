"""From text to search terms, as Lucene 8's English analyser makes them.

Tokens are the words of Unicode's UAX #29 and emoji sequences (Emoji 11); then the possessive 's goes, letters are
lower-cased, 33 stop words are left out, and Porter's stemmer has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from skillevo.envs.webshop.search.porter import stem

MAX_TOKEN = 255
"""A longer token is cut after so many characters, and its rest is read anew."""

_STOP = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they "
    "this to was will with"
)
STOP_WORDS = frozenset(_STOP.split())

_CACHE_LIMIT = 1 << 20
_LONGEST_START = 64
"""Characters that may go by before a token's first letter."""

# Letters and digits in one word, with what may stand between two letters, between two digits, or anywhere in it. A run
# of underscores is tried from its beginning only: what fails there fails everywhere in it.
_ASCII = re.compile(
    r"(?:(?<!_)_+)?[A-Za-z0-9]+"
    r"(?:(?:_+|(?<=[A-Za-z])[.:'](?=[A-Za-z])|(?<=[0-9])[.,;'](?=[0-9]))[A-Za-z0-9]+)*_*"
)

# Extended_Pictographic of Emoji 11; later versions took some symbols (a black star, for one) out of it.
_PICTOGRAPHS = (
    "a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 2388 23cf 23e9-23f3 23f8-23fa 24c2 25aa-25ab 25b6 "
    "25c0 25fb-25fe 2600-2605 2607-2612 2614-2685 2690-2705 2708-2712 2714 2716 271d 2721 2728 2733-2734 2744 2747 "
    "274c 274e 2753-2755 2757 2763-2767 2795-2797 27a1 27b0 27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d "
    "3297 3299 1f000-1f0ff 1f10d-1f10f 1f12f 1f16c-1f171 1f17e-1f17f 1f18e 1f191-1f19a 1f1ad-1f1e5 1f201-1f20f 1f21a "
    "1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f3fa 1f400-1f53d 1f546-1f64f 1f680-1f6ff 1f774-1f77f 1f7d5-1f7ff "
    "1f80c-1f80f 1f848-1f84f 1f85a-1f85f 1f888-1f88f 1f8ae-1f8ff 1f90c-1f93a 1f93c-1f945 1f947-1fffd"
)


class Analyser:
    """Turns texts into terms, remembering every word that it has seen."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, ...]] = {}

    def terms(self, text: str) -> list[str]:
        """The search terms of a text, in order and with repeats."""
        seen = self._seen
        # White space ends a word, but for U+202F, which joins.
        chunks = text.split() if "\u202f" not in text else [text]
        found: list[str] = []
        for chunk in chunks:
            terms = seen.get(chunk)
            if terms is None:
                terms = tuple(filter(None, map(_term, tokens(chunk))))
                if len(chunk) <= MAX_TOKEN:  # longer ones are no words that come again
                    if len(seen) >= _CACHE_LIMIT:
                        seen.clear()
                    seen[chunk] = terms
            found += terms
        return found


def tokens(text: str) -> Sequence[str]:
    """The words of a text as they stand in it."""
    find: Callable[[str], list[str]] = _ASCII.findall if text.isascii() else _unicode().findall
    found = find(text)
    if any(len(token) > MAX_TOKEN for token in found):
        return _cut(text, _ASCII if text.isascii() else _unicode())
    return found


def _cut(text: str, pattern: Any) -> list[str]:
    """As `tokens`, never looking further than a token may reach."""
    found, position = [], 0
    while position < len(text):
        reach = position + 4 * MAX_TOKEN
        start = match.start() if (match := pattern.search(text, position, reach)) else None
        if start is None:
            # What begins with the last characters may need those behind them.
            position = reach - _LONGEST_START if reach < len(text) else len(text)
        elif match := pattern.match(text, start, start + MAX_TOKEN):
            found.append(match.group())
            position = match.end()
        else:
            position = start + 1
    return found


def _term(token: str) -> str:
    """The term of a token; empty for a stop word."""
    if len(token) > 1 and token[-1] in "sS" and token[-2] in "'\u2019\uff07":
        token = token[:-2]
    # Letter by letter: a whole word's lower case would know of final sigmas.
    token = token.lower() if token.isascii() else "".join("i" if c == "İ" else c.lower() for c in token)
    return "" if token in STOP_WORDS else stem(token)


@cache
def _unicode() -> Any:
    """UAX #29 and the emoji sequences as one pattern."""
    import regex

    pictographs = "".join(
        "-".join(f"\\U{int(bound, 16):08X}" for bound in span.split("-")) for span in _PICTOGRAPHS.split()
    )
    more = r"[\p{WB=Format}\p{WB=Extend}\p{WB=ZWJ}]*"
    # Text and emoji presentation selectors end an emoji, though they are Extend.
    less = r"[[\p{WB=Format}\p{WB=Extend}\p{WB=ZWJ}]--[\uFE0E\uFE0F]]*"
    letter = rf"[\p{{WB=ALetter}}\p{{WB=Hebrew_Letter}}]{more}"
    digit = rf"[\p{{WB=Numeric}}[\p{{Block=Halfwidth_and_Fullwidth_Forms}}&&\p{{Nd}}]]{more}"
    katakana = rf"\p{{WB=Katakana}}{more}"
    hebrew = rf"\p{{WB=Hebrew_Letter}}{more}"
    joiner = rf"\p{{WB=ExtendNumLet}}{more}"
    in_word = rf"[:\u00B7\u0387\u05F4\u2027\uFE13\uFE55\uFF1A\p{{WB=MidNumLet}}']{more}"
    in_number = rf"[\p{{WB=MidNum}}\p{{WB=MidNumLet}}']{more}"
    run = (
        rf"(?:(?:{katakana}(?:(?:{joiner})*{katakana})*)"
        rf"|(?:{digit}(?:(?:(?:{joiner})*|{in_number}){digit})*"
        rf"|{letter}(?:(?:(?:{joiner})*|{in_word}){letter})*"
        rf"|{hebrew}(?:'{more}|\"{more}{hebrew}))+)"
    )
    word = rf"(?:(?<!\p{{WB=ExtendNumLet}})(?:{joiner})+)?{run}(?:(?:{joiner})+{run})*(?:{joiner})*"
    skin = rf"[\U0001F3FB-\U0001F3FF]{less}"
    emoji = rf"(?:(?:\p{{Emoji_Modifier_Base}}{less})?{skin}|[{pictographs}]{less}\uFE0F?)"
    return regex.compile(
        rf"{word}"
        rf"|(?:(?<!\u200D)\u200D++)?{emoji}(?:(?:\u200D++|(?<=\u200D)){emoji})*"
        rf"|[0-9#*]{less}\uFE0F?\u20E3{less}"
        rf"|\p{{WB=Regional_Indicator}}{more}\p{{WB=Regional_Indicator}}{more}"
        rf"|(?:\p{{LB=Complex_Context}}{more})+"
        rf"|\p{{Script=Han}}{more}|\p{{Script=Hiragana}}{more}",
        regex.V1,
    )
