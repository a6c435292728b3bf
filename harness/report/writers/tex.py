r"""Text for LaTeX: whatever it holds, pdflatex prints it without a package.

Characters that pdflatex cannot set by itself (Chinese, Cyrillic, emoji) are wrapped in `WRAPPER`, which prints them
under XeLaTeX and LuaLaTeX, and their codes otherwise; a paper that sets them by another package defines it anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

WRAPPER = r"\skillevochar"
DEFINITION = (
    rf"\providecommand{{{WRAPPER}}}[2]"
    r"{\ifdefined\XeTeXversion#2\else\ifdefined\directlua#2\else\mbox{\scriptsize U+#1}\fi\fi}"
)

_DASH = "\0"
"""Stands for an en dash until hyphens are looked at."""
_TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "–": _DASH,
    "—": rf"{_DASH}-",
    "…": r"\ldots{}",
    "‘": "`",
    "’": "'",
    "‚": ",",
    "“": "``",
    "”": "''",
    "„": ",,",
    "‹": r"\textless{}",
    "›": r"\textgreater{}",
    "«": r"$\ll$",
    "»": r"$\gg$",
    "‐": "-",
    "‑": "-",
    "•": r"\textbullet{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "¡": "!`",
    "¿": "?`",
    "§": r"\S{}",
    "¶": r"\P{}",
    "©": r"\textcopyright{}",
    "®": r"\textregistered{}",
    "™": r"\texttrademark{}",
    "£": r"\pounds{}",
    "€": r"\texteuro{}",
    "¥": r"\textyen{}",
}
_SYMBOLS = {
    "−": "-",
    "±": r"\pm",
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "≡": r"\equiv",
    "∞": r"\infty",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "⇒": r"\Rightarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "∈": r"\in",
    "∪": r"\cup",
    "∩": r"\cap",
    "∑": r"\sum",
    "∏": r"\prod",
    "∂": r"\partial",
    "√": r"\surd",
    "†": r"\dagger",
    "‡": r"\ddagger",
    "¬": r"\neg",
    "°": r"^\circ",
    "¹": "^1",
    "²": "^2",
    "³": "^3",
    "✓": r"\surd",
    "✗": r"\times",
    "∅": r"\emptyset",
    "ϵ": r"\epsilon",
    "µ": r"\mu",
}
_COMMANDS = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "varsigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)
_CAPITALS = frozenset(["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"])
_LOOKALIKES = dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΧ", "oABEZHIKMNOPTX", strict=True))
"""Greek letters that TeX has as Latin ones."""
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
}


def tex(text: str) -> str:
    """Escaped, on one line."""
    parts = map(_char, unicodedata.normalize("NFC", " ".join(text.split())))
    # TeX would make one dash of two hyphens.
    return "".join(parts).replace("--", "-{}-").replace(_DASH, "--")


def row(cells: Sequence[str]) -> str:
    r"""A table's row; a first cell that begins as the arguments of the last row's `\\` would is kept from being one."""
    guard = "{}" if cells[0].startswith(("[", "*")) else ""
    return guard + " & ".join(cells) + r" \\"


def label(id: str) -> str:
    r"""A name for `\label`."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.:_") else "-" for c in id)


def _char(c: str) -> str:
    if c in _TEXT:
        return _TEXT[c]
    if c in _SYMBOLS:
        return f"${_SYMBOLS[c]}$"
    if unicodedata.category(c) in ("Cc", "Cf"):
        return ""
    return c if c.isascii() else _greek(c) or _accented(c) or rf"{WRAPPER}{{{ord(c):04X}}}{{{c}}}"


def _greek(c: str) -> str:
    """A plain Greek letter by its command; nothing for another character."""
    if c in _LOOKALIKES:
        return _LOOKALIKES[c]
    kind, _, name = unicodedata.name(c, "").partition(" LETTER ")
    command = {"LAMDA": "lambda", "FINAL SIGMA": "varsigma"}.get(name, name.lower())
    if kind == "GREEK SMALL" and command in _COMMANDS:
        return rf"$\{command}$"
    if kind == "GREEK CAPITAL" and command.capitalize() in _CAPITALS:
        return rf"$\{command.capitalize()}$"
    return ""


def _accented(c: str) -> str:
    """A Latin letter with accents by their commands; nothing for another character."""
    parts = unicodedata.normalize("NFD", c)
    base, marks = parts[0], parts[1:]
    if not (base.isascii() and marks and all(m in _ACCENTS for m in marks)):
        return ""
    for mark in marks:
        base = rf"\{_ACCENTS[mark]}{{{base}}}"
    return base
