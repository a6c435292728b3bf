"""A skill's Markdown to a program: lists to blocks, items to steps, notes to rules.

What counts as a step: the items of numbered lists, with what is nested in them; where a skill has no numbered list,
its bullets. Lists under a heading such as "Tips" or "Rules", and top-level bullets beside numbered steps, hold rules:
places to prefer, doors to open, what must never be done. Prose between lists is not acted on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import verb_at
from skillevo.harness.policies.follower.clauses import starts_clause, unknown_verb
from skillevo.harness.policies.follower.conditions import read_condition, read_heading
from skillevo.harness.policies.follower.facts import read_names
from skillevo.harness.policies.follower.markdown import Entry, Listing, listings
from skillevo.harness.policies.follower.merging import Otherwise, Reading, conditional, extend
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns, split_list
from skillevo.harness.policies.follower.sentences import Context, Unread, read_sentence
from skillevo.harness.policies.follower.steps import (
    Block,
    Both,
    Cond,
    Do,
    Find,
    Groups,
    If,
    Item,
    Jump,
    Means,
    Never,
    Not,
    Opening,
    Prefer,
    Program,
    Put,
    Remark,
    Repeat,
    Rule,
    Says,
    Shut,
    Step,
    Take,
    Treat,
)
from skillevo.harness.policies.follower.text import sentences, tokens

Words = Sequence[str]

_NOTES = lex.words(
    "note notes tip tips rule rules hint hints advice reminder reminders guideline guidelines pitfall "
    "pitfalls caution cautions warning warnings remark remarks principle principles heuristic heuristics "
    "priority priorities knowledge facts constraint constraints mistakes strategy likely where"
)
_LABEL_NOISE = _NOTES | {
    "step",
    "phase",
    "important",
    "key",
    "optional",
    "first",
    "second",
    "third",
    "finally",
    "then",
    "next",
    "stage",
}


def parse(body: str) -> Program:
    """The program of a skill's Markdown body. Never raises: what cannot be read is listed in `unread`."""
    return _Parser().program(listings(body))


def read_text(text: str, number: int = 0) -> tuple[Step, ...]:
    """The steps of one item's text; none if it cannot be read."""
    steps, _ = _Parser().entry(Entry(number, text))
    return tuple(steps)


@lru_cache(maxsize=8192)
def _leaf(number: int, text: str) -> tuple[tuple[Step, ...], Cond | None, tuple[str, ...]]:
    """An item without nested ones: its steps, the condition it leaves open, and what of it could not be read.

    Kept, because a revised skill shares most of its lines with the one before it.
    """
    parser = _Parser()
    steps, pending = parser._read(Entry(number, text))
    return tuple(steps), pending, tuple(parser.unread)


class _Parser:
    def __init__(self) -> None:
        self.unread: list[str] = []
        self.rules: list[tuple[Cond | None, Rule]] = []

    def program(self, lists: list[Listing]) -> Program:
        any_numbered = any(found.numbered and not _is_notes(found) for found in lists)
        blocks: list[Block] = []
        for found in lists:
            cond = _heading_condition(found)
            notes = _is_notes(found) or (any_numbered and not found.numbered and cond is None)
            items: list[Item] = []
            for entry in found.entries:
                steps, _ = self.entry(entry)
                if notes:
                    self._rules_of(steps, cond)
                else:
                    kept = self._hoist(steps, cond)
                    items.append(Item(entry.number, tuple(kept)))
            if items:
                blocks.append(Block(tuple(items), cond))
        readable = any(_acts(item.steps) for block in blocks for item in block.items)
        return Program(tuple(blocks), tuple(self.rules), tuple(dict.fromkeys(self.unread)), readable)

    # Items

    def entry(self, entry: Entry) -> tuple[list[Step], Cond | None]:
        """The steps of an item with all that is nested in it."""
        if entry.children:
            return self._read(entry)
        steps, pending, unread = _leaf(entry.number, entry.text)
        self.unread += unread
        return list(steps), pending

    def _read(self, entry: Entry) -> tuple[list[Step], Cond | None]:
        ctx = Context(entry.number)
        out: Reading = []
        pending: Cond | None = None
        title = False
        for sentence in sentences(entry.text):
            words = tokens(sentence)
            if not words:
                continue
            title = words[-1] == ":"
            try:
                steps, pending = self._labelled(words, ctx)
                extend(out, steps)
                self.unread += (" ".join(words) for words in ctx.unread)
            except Unread:
                if not (title and entry.children):
                    self.unread.append(sentence)
            ctx.unread.clear()
        if entry.children:
            kids = self._children(entry, out)
            if pending is not None:
                extend(out, [conditional(pending, tuple(kids))] if kids else [])
            elif title or _is_title(out, kids):
                out = _under_title(out, kids)
            else:
                extend(out, kids)
        return [s for s in out if not isinstance(s, Otherwise)], pending

    def _children(self, entry: Entry, above: Reading) -> list[Step]:
        kids: Reading = []
        listed: list[tuple[Words, bool]] = []
        for child in entry.children:
            words = tokens(child.text)
            if not child.children and above and isinstance(above[-1], Find) and _only_places(words):
                listed.append((words, bool(child.number) or bool({"order", "first"} & set(tokens(entry.text)))))
                continue
            extend(kids, self.entry(child)[0])
        if listed:
            groups = [g for words, _ in listed for g in read_groups(words)]
            ordered = any(order for _, order in listed)
            last = above[-1]
            assert isinstance(last, Find)
            merged: Groups = tuple(groups) if ordered else (tuple(dict.fromkeys(r for g in groups for r in g)),)
            opening = last.opening or any({"inside", "open", "opening"} & set(words) for words, _ in listed)
            kids.insert(0, replace(last, groups=merged, opening=opening))
        return [s for s in kids if not isinstance(s, Otherwise)]

    # Labels: "Find the object: ...", "If hot: ...", "Heating: ...", "apple, tomato: ..."

    def _labelled(self, words: list[str], ctx: Context) -> tuple[Reading, Cond | None]:
        at = words.index(":") if ":" in words else -1
        if at < 0 or at > 40:
            return read_sentence(words, ctx), None
        pieces = _pieces(words) if words.count(":") > 1 else []
        if len(pieces) > 1 and all(":" in piece[1:-1] for piece in pieces):
            out: Reading = []
            for piece in pieces:
                extend(out, self._labelled(list(piece), ctx)[0])
            return out, None
        label, rest = words[:at], words[at + 1 :]
        if any(unknown_verb(label, i) for i in range(at)):
            raise Unread
        if label[0] in ("if", "when", "for", "whenever", "unless", "once", "otherwise", "else"):
            if not rest:
                return [], self._open_condition(label, ctx)
            cond = read_condition(label[1:])
            if isinstance(cond, Says) and _only_places(rest):
                return self._under_topic(cond, rest, ctx)
            return read_sentence([*label, ",", *rest], ctx), None
        while (
            label
            and (label[0] in _LABEL_NOISE or label[0].isdigit())
            and len(label) > 1
            and not starts_clause(label, 0)
        ):
            label = label[1:]
        if set(label) <= _LABEL_NOISE:
            return self._labelled(rest, ctx) if rest else ([], None)
        topic = None if _is_order(label) else read_heading(label)
        if topic is not None:
            return self._under_topic(topic, rest, ctx)
        if not rest:
            return read_sentence(label, ctx), None
        return self._titled(label, rest, ctx), None

    def _open_condition(self, label: Words, ctx: Context) -> Cond | None:
        if label[0] in ("otherwise", "else"):
            return None
        cond = read_condition(label[1:])
        if cond is None:
            raise Unread
        return cond

    def _under_topic(self, topic: Cond, rest: list[str], ctx: Context) -> tuple[Reading, Cond | None]:
        if not rest:
            return [], topic
        if _only_places(rest) and isinstance(topic, Says) and topic.words[0] in lex.STATES:
            refs = [n.ref for n in read_nouns(rest) if n.ref.kind == "noun"]
            if refs:
                return [Means(topic.words[0], refs[0])], None
        steps = tuple(s for s in self._labelled(rest, ctx)[0] if not isinstance(s, Otherwise))
        return [conditional(topic, steps)], None

    def _titled(self, label: Words, rest: list[str], ctx: Context) -> Reading:
        """A title and its text: the text is what is done; the title fills in what the text leaves out."""
        if _only_places(rest):
            groups = read_groups([*(["order"] if "order" in label else []), *rest])
            names = read_names(label)
            if _is_order(label) and starts_clause(label, 0) and label[-2:] != ["search", "order"]:
                head = [s for s in read_sentence(label, Context()) if not isinstance(s, Otherwise)]
                if len(head) == 1 and isinstance(head[0], Find):
                    return [replace(head[0], groups=groups)]
            if groups and set(label) & _PLACES_WORDS:
                return [Prefer(groups, read_names(label[list(label).index("for") + 1 :]) if "for" in label else ())]
            if names and not starts_clause(label, 0) and all(r.kind == "noun" for g in groups for r in g):
                refs = tuple(r for g in groups for r in g)
                return [Never("find", refs) if set(label) & _BANS else Prefer(groups, names)]
        if label[0] == "to" or label[-1] in _KINDS or (set(label) & lex.STATE_WORDS and not verb_at(label)):
            raise Unread  # "fragile objects: ...": what holds for some things only must not be done to all
        silent = Context(ctx.number)
        try:
            title = read_sentence(label, silent)
        except Unread:
            title = []
        try:
            text, _ = self._labelled(rest, ctx)
        except Unread:
            if not title:
                raise
            ctx.unread.append(rest)
            return title
        steps = [s for s in text if not isinstance(s, Otherwise)]
        if len(title) == 1 and isinstance(title[0], Repeat) and ctx.number and _acts(steps):
            again = Jump(ctx.number)  # "repeat until done: ..."
            return [*steps, again if title[0].until is None else If(Not(title[0].until), (again,))]
        return _under_title(title, steps)

    # Rules

    def _hoist(self, steps: Sequence[Step], cond: Cond | None) -> list[Step]:
        """Take the rules out of the steps: they hold from the start, under the conditions on the task around them."""
        kept: list[Step] = []
        for step in steps:
            match step:
                case Prefer() | Opening() | Means() | Never():
                    self.rules.append((cond, step))
                case If(Says() as says, then, otherwise) if any(isinstance(s, Rule) for s in then):
                    inner = self._hoist(then, says if cond is None else Both(cond, says))
                    if inner or otherwise:
                        kept.append(If(says, tuple(inner), otherwise))
                case _:
                    kept.append(step)
        return kept

    def _rules_of(self, steps: Sequence[Step], cond: Cond | None) -> None:
        """What notes say: orders in them hold as rules, not as steps."""
        for step in steps:
            match step:
                case Find(what, groups, opening):
                    if groups:
                        self.rules.append((cond, Prefer(groups, (what.noun,) if what.kind == "noun" else ())))
                    if opening:
                        self.rules.append((cond, Opening()))
                case Prefer() | Opening() | Means() | Never():
                    self.rules.append((cond, step))
                case Treat(how, _, where) if where and where.kind == "noun":
                    self.rules.append((cond, Means(how, where)))
                case If(Shut(), (Do("open"), *_)):
                    self.rules.append((cond, Opening()))
                case If(Says() as says, then):
                    self._rules_of(then, says if cond is None else Both(cond, says))


_BANS = lex.words("blacklist forbidden banned excluded prohibited off-limits taboo")
_KINDS = lex.words("objects items things tasks cases goals")
_PLACES_WORDS = lex.words(
    "places locations spots receptacles place location order likely where search surfaces containers"
)


def _pieces(words: Words) -> list[Words]:
    """The members of "hot: X, cold: Y"."""
    pieces: list[list[str]] = [[]]
    for word in words:
        if word in (",", ";"):
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [p for p in pieces if p]


def _is_order(label: Words) -> bool:
    """Labels that announce places: "Look in this order", "Search order", "Likely places for an apple"."""
    return bool(set(label) & {"order", "places", "locations", "spots", "receptacles"}) or (
        (verb := verb_at(label)) is not None and verb.action in ("find", "search")
    )


def _only_places(words: Words) -> bool:
    """Whether the words are an enumeration of places and nothing is said of them."""
    if (
        not words
        or starts_clause(words, 0)
        or any(len(p) == 1 and lex.VERBS.get(p[0]) in ("open", "close", "take") for p in split_list(words))
        or any(unknown_verb(words, i) for i in range(len(words)))
        or any(w in ("is", "are", "if", "when", ":", "not", "never", "none") for w in words)
    ):
        return False
    return bool(read_groups(words))


def _is_notes(found: Listing) -> bool:
    title = found.intro or (found.headings[-1] if found.headings else "")
    return bool(set(re.findall(r"[a-z]+", title.lower())) & _NOTES)


def _heading_condition(found: Listing) -> Cond | None:
    cond: Cond | None = None
    for title in (*found.headings, found.intro):
        words = tokens(title) if title else []
        read = read_heading(words) if words else None
        if read is not None:
            cond = read if cond is None else Both(cond, read)
    return cond


def _acts(steps: Sequence[Step]) -> bool:
    return any(
        isinstance(s, Find | Do | Take | Put | Treat) or (isinstance(s, If) and _acts((*s.then, *s.otherwise)))
        for s in steps
    )


def _is_title(out: Reading, kids: Sequence[Step]) -> bool:
    """Whether an item only names what its nested items spell out."""
    if len(out) != 1 or not kids:
        return False
    last = out[0]
    if isinstance(last, If) and len(last.then) == 1:
        inner: Step = last.then[0]
    elif not isinstance(last, Otherwise):
        inner = last
    else:
        return False
    if isinstance(inner, Find):
        return any(isinstance(k, Find | Opening) for k in kids)
    return isinstance(inner, Treat | Put | Take) and any(type(k) is type(inner) for k in kids)


def _under_title(title: Reading, text: list[Step]) -> Reading:
    if not any(not isinstance(s, Remark) for s in text):
        return title
    if all(isinstance(s, Rule) for s in text):
        return [*title, *text]
    if len(title) == 1 and isinstance(title[0], If) and not title[0].otherwise:
        inner: Reading = list(title[0].then)
        return [If(title[0].cond, tuple(s for s in _under_title(inner, text) if not isinstance(s, Otherwise)))]
    if len(title) == 1 and isinstance(title[0], Find):
        out: Reading = list(title)
        extend(out, text)
        return out
    return list(text)
