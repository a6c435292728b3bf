"""Words without their plural endings."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Without a plural ending: "shelves" and "shelf", "boxes" and "box", "knives" and "knife" come out alike."""
    for ending, instead in (("ves", "f"), ("ies", "y"), ("oes", "o"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("fe"):
        return word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
