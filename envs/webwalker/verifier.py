"""WebWalker's verdict: is the answer the gold one, word for word; what was visited; how many actions it took.

Only the answer that the agent gave, the gold answer and the addresses that the world wrote above its pages are looked
at: nothing that stands on a page.
"""

from __future__ import annotations

import re
import unicodedata

from skillevo.envs.base import Episode, TaskInstance, Verdict
from skillevo.envs.pages.base import PageProblem
from skillevo.envs.pages.urls import canonical
from skillevo.envs.webwalker import view
from skillevo.envs.webwalker.walk import read_action

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WIDE = "\u3000-\u303f\u3400-\u9fff"


def verify(instance: TaskInstance, episode: Episode) -> Verdict:
    """Success and reward 1 for the gold answer, word for word but for `normalise`; else 0.

    Parts: `answered`; `exact`; `actions` (the papers' A.C.); `gold_pages`, the share of the gold pages that were
    visited, where they are known; and how often a page was `not_archived`, or could not be had for another reason
    (`no_page`).
    """
    answer = given_answer(episode)
    exact = answer is not None and is_exact(answer, str(instance.payload["answer"]))
    shown = [t.observation for t in episode.turns] + [episode.final]
    problems = [p for p in map(view.missed, shown) if p]
    missing = problems.count(PageProblem.NOT_ARCHIVED.value)
    parts = {
        "answered": float(answer is not None),
        "exact": float(exact),
        "actions": float(episode.steps),
        "not_archived": float(missing),
        "no_page": float(len(problems) - missing),
    }
    if gold := {canonical(url) for url in instance.payload.get("sources", ())}:
        parts["gold_pages"] = len(gold & {view.visited(text) for text in shown}) / len(gold)
    return Verdict(float(exact), exact, parts)


def given_answer(episode: Episode) -> str | None:
    """What the agent answered; None where it did not."""
    for turn in reversed(episode.turns):
        verb, argument = read_action(turn.action)
        if turn.sent and turn.done and verb == "answer":
            return argument
    return None


def is_exact(answer: str, gold: str) -> bool:
    """Whether two answers are the same but for what `normalise` takes away; an empty one never is."""
    wanted = normalise(gold)
    return bool(wanted) and normalise(answer) == wanted


def normalise(text: str) -> str:
    """Compatible characters made equal, lower case, no punctuation, no articles, one blank between words.

    A point or a comma between digits stays, but for commas between thousands, and so does a sign before a number;
    between Chinese characters there is no blank.
    """
    text = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold()).replace("−", "-")
    kept = []
    for i, c in enumerate(text):
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        inside = c in ".,:" and before.isdigit() and after.isdigit()
        sign = c == "-" and after.isdigit() and not before.isalnum()
        plain = unicodedata.category(c)[0] not in "PZC"
        kept.append(c if plain or inside or sign else " ")
    plain_text = "".join(kept)
    # "A" may be the whole answer: an article is only one beside something else.
    words = " ".join(_ARTICLE.sub(" ", plain_text).split()) or " ".join(plain_text.split())
    return re.sub(rf"(?<=[{_WIDE}]) | (?=[{_WIDE}])", "", words)
