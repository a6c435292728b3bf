"""Who is in the shop: one session per visitor, found again by a name that nobody can guess."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from skillevo.envs.webshop.env import new_session
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.session import Rules, Session
from skillevo.envs.webshop.shop import Refused

MOST_VISITS = 10_000
"""Of more than these the one that was quiet longest is forgotten."""

_NOT_SEARCHED = re.compile(r"[\[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(slots=True)
class Visit:
    """One visitor's session, and what the next page has to tell besides.

    Attributes:
        notice: a sentence about the last action; empty if it did what it says.
        refused: the name of the exception that the original's server would have died of, if the last action was such.
    """

    session: Session
    notice: str = ""
    refused: str = ""

    @property
    def over(self) -> bool:
        """A purchase is final."""
        return self.session.bought is not None

    def search(self, words: str) -> None:
        """Search as `search[words]` does; opening brackets and control characters are left out."""
        self._act(f"search[{_NOT_SEARCHED.sub(' ', words)}]", "Type what you are looking for, then search.")

    def click(self, name: str) -> None:
        """Click what the page offers under that name, as `click[name]` does."""
        self._act(f"click[{name}]", "That cannot be clicked on this page; this is where you are.")

    def _act(self, action: str, otherwise: str) -> None:
        """Do it, or say why nothing is done."""
        self.notice, self.refused = "", ""
        if self.over:
            self.notice = "Your purchase is made; begin a new visit to shop again."
            return
        try:
            reward, _ = self.session.act(action)
        except Refused as e:
            self.notice, self.refused = f"This cannot be searched for: {e}.", e.original
            return
        if isinstance(reward, int):  # which says that the action did nothing
            self.notice = otherwise


class Visits:
    """All visits of a site; in memory, and as many as are of use."""

    def __init__(self, rules: Rules, most: int = MOST_VISITS) -> None:
        self.rules = rules
        self._most = most
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def __len__(self) -> int:
        return len(self._visits)

    def begin(self, goal: Goal) -> str:
        """A new visit.

        Returns:
            Its name: 128 random bits.
        """
        name = secrets.token_urlsafe(16)
        self._visits[name] = Visit(new_session(self.rules, goal))
        while len(self._visits) > self._most:
            self._visits.popitem(last=False)
        return name

    def find(self, name: str) -> Visit | None:
        """The visit of that name, unless it never was or is forgotten."""
        visit = self._visits.get(name)
        if visit is not None:
            self._visits.move_to_end(name)
        return visit
