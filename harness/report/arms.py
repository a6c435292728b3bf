"""What a table compares: arms, each of them one configuration played under one or several seeds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from skillevo.harness.methods import PassAtN
from skillevo.harness.report.comparable import AXES, BUDGET, MODEL, Group, comparable, facets
from skillevo.harness.report.notices import Notice, Problem
from skillevo.harness.report.runs import Run

ANY_OF = frozenset({PassAtN.name})
"""Methods whose success on an instance is any success among its scored episodes, not their mean."""
SECTIONS = (*AXES, BUDGET)
"""In what the sections of one table may differ."""
ACROSS = (*SECTIONS, MODEL)
"""In what a person may have compared runs differ."""
_BOOKKEEPING = frozenset(
    {
        "format",
        "command",
        "created",
        "versions",
        "spent",
        "written",
        "steps",
        "seed",
        "task",
        "panel",
        "transfer",
        "arm",
    }
)
_CONSEQUENCES = ("digest", "hash", "path", "panel_hash", "note", "kind", "config", "prompt_version", "history_version")
"""Settings that follow from others: they tell arms apart, but are named only where nothing else does."""
OF_WEIGHTS = ("method.generator.name", "method.generator.adapter", "method.generator.policy_version")
"""Settings that name the weights of a generator: a checkpoint is called after its step."""
_LONGEST = 40


@dataclass(frozen=True, eq=False)
class Arm:
    """One configuration.

    Attributes:
        label: short and unique within its family: the name, and the task model where a report has several.
        name: the method, and what tells it from its like.
        runs: one per seed, in the order given.
        settings: run.toml without the seed and what is no setting, flat, as text.
    """

    label: str
    name: str
    runs: tuple[Run, ...]
    settings: Mapping[str, str]

    @property
    def method(self) -> str:
        return self.runs[0].method

    @property
    def model(self) -> str:
        return self.runs[0].model

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(r.name for r in self.runs)

    @property
    def any_of(self) -> bool:
        return self.method in ANY_OF

    @cached_property
    def instances(self) -> int:
        return len({r.instance for r in self.runs[0].episodes})

    @cached_property
    def rollouts(self) -> float:
        """Episodes per instance and seed, everything counted."""
        return sum(len(r.episodes) for r in self.runs) / max(1, self.instances * len(self.runs))

    @cached_property
    def generations(self) -> tuple[int, ...]:
        """Those that every instance has in every run: where a budget stopped one, some instances have more."""
        shared = set(range(self.final + 1))
        for run in self.runs:
            has: dict[str, set[int]] = {}
            for r in run.episodes:
                has.setdefault(r.instance, set()).add(r.generation)
            shared.intersection_update(*has.values())
        return tuple(sorted(shared))

    @cached_property
    def final(self) -> int:
        """The last generation that any instance has."""
        return max((r.generation for run in self.runs for r in run.episodes), default=0)

    @property
    def fresh(self) -> int | None:
        """The generation that holds fresh rollouts of chosen skills, as the method describes itself."""
        described = self.runs[0].config["method"]
        return int(described["generations"]) + 1 if described.get("score") == "best" else None

    @cached_property
    def graded(self) -> bool:
        """Whether any episode's reward is another number than its success."""
        return any(row.reward != row.success for run in self.runs for row in run.episodes)

    @property
    def evolves(self) -> bool:
        """Whether it rewrote skills, generation by generation (best_of_n writes one generation to choose from)."""
        last = self.final - (self.fresh is not None)
        return last > 1 or (last == 1 and self.fresh is None)

    def axis(self, name: str) -> str:
        return str(self.runs[0].config.get("protocol", {}).get(name, ""))


@dataclass(frozen=True, slots=True)
class Family:
    """Arms of one task, task model, panel and protocol: what one table is about.

    Attributes:
        id: for files' names.
        model: the task model, as labels call it; empty where the report has one, or the family several.
        sections: arms that may be compared, and in what a section differs from the first one.
        apart: in what the family differs from the first one.
    """

    id: str
    model: str
    title: str
    sections: tuple[tuple[tuple[Arm, ...], tuple[str, ...]], ...]
    apart: tuple[str, ...]

    @property
    def arms(self) -> tuple[Arm, ...]:
        return tuple(arm for arms, _ in self.sections for arm in arms)

    @property
    def name(self) -> str:
        """The panel's, and the task model's where the report has several."""
        return self.of_model(str(self.first.config["panel"].get("name", self.task)))

    def of_model(self, what: str) -> str:
        """A title's subject, with the task model where the report has several."""
        return f"{what} · {self.model}" if self.model else what

    @property
    def first(self) -> Run:
        return self.arms[0].runs[0]

    @property
    def task(self) -> str:
        return str(self.first.config["task"]["name"])


def without_repetitions(runs: Iterable[Run]) -> tuple[tuple[Run, ...], tuple[Notice, ...]]:
    """Leave out runs that are another one played again: same settings, panel and seed."""
    kept: dict[tuple[str, int], Run] = {}
    notices = []
    for run in runs:
        first = kept.setdefault((_configuration(run), run.seed), run)
        if first is run:
            continue
        text = f"it is {first.name} again: same settings, same seed"
        notices.append(Notice(run.name, "", Problem.REPEATED, text, True))
    return tuple(kept.values()), tuple(notices)


def families(runs: Sequence[Run], across: Sequence[str] = ()) -> tuple[Family, ...]:
    """Sort runs into families, families into sections, sections into arms.

    Args:
        across: facets in which arms of one section may differ all the same; where `model` is one, families have
            arms of several models.
    """
    found: list[Family] = []
    taken: set[str] = set()
    models = short_names(run.model for run in runs)
    for group in comparable(runs, across=(*SECTIONS, *across)):
        arm_of = {run.name: arm for arm in make_arms(group.runs, models) for run in arm.runs}
        sections = tuple(
            (tuple(dict.fromkeys(arm_of[run.name] for run in inner.runs)), _apart(inner))
            for inner in comparable(group.runs, across=tuple(across))
        )
        config = group.runs[0].config
        task, panel = config["task"]["name"], config["panel"]
        alone = len({run.model for run in group.runs}) == 1
        model = models[group.runs[0].model] if alone else ""
        stem = _slug(f"{task}-{panel.get('name', '')}-{model}")
        id, n = stem, 2
        while id in taken:
            id, n = f"{stem}-{n}", n + 1
        taken.add(id)
        named = f"{panel.get('name', 'panel')} ({panel['hash']}), n = {panel.get('n', '?')}"
        found.append(Family(id, model, " · ".join(filter(None, (task, model, named))), sections, _apart(group)))
    return tuple(found)


def make_arms(runs: Iterable[Run], models: Mapping[str, str] | None = None) -> tuple[Arm, ...]:
    """Runs that differ in nothing but their seeds are one arm; labels tell arms apart.

    Runs of another panel, task or task model are another arm even where all settings agree.

    Args:
        models: what labels call the task models (`short_names`); None for those of these runs.
    """
    runs = tuple(runs)
    models = short_names(run.model for run in runs) if models is None else models
    gathered: dict[str, list[Run]] = {}
    for run in runs:
        gathered.setdefault(_configuration(run), []).append(run)
    groups = list(gathered.values())
    settings = [settings_of(of[0].config) for of in groups]
    named = [str(of[0].config.get("arm", "")) for of in groups]
    names = _names([(of[0].method, of[0].model) for of in groups], settings, named)
    labels = _told_apart(
        [" · ".join(filter(None, (n, models[of[0].model]))) for n, of in zip(names, groups, strict=True)]
    )
    return tuple(
        Arm(label, name, tuple(of), s) for label, name, of, s in zip(labels, names, groups, settings, strict=True)
    )


def short_names(models: Iterable[str]) -> dict[str, str]:
    """What to call task models beside each other: the shortest end of a name that no other has; nothing for one."""
    names = list(dict.fromkeys(models))
    return {name: _tail(name, names, "/") if len(names) > 1 else "" for name in names}


def _configuration(run: Run) -> str:
    """All that a run is, but for its seed.

    Of a run that a comparison planned as a seed of an arm, the weights that it was played with are part of the seed:
    each seed trains its own.
    """
    arm, settings = run.config.get("arm", ""), settings_of(run.config)
    if arm:
        settings = {k: v for k, v in settings.items() if not is_consequence(k) and k not in OF_WEIGHTS}
    return json.dumps([arm, dict(facets(run)), settings], sort_keys=True, default=str)


def settings_of(config: Mapping[str, object]) -> dict[str, str]:
    """run.toml as flat text by dotted name, without what is no setting of the method."""
    return dict(_flat({k: v for k, v in config.items() if k not in _BOOKKEEPING}, ""))


def differing(settings: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Names of the settings in which any two differ."""
    names = dict.fromkeys(name for s in settings for name in s)
    return tuple(n for n in names if len({s.get(n, "") for s in settings}) > 1)


def is_consequence(name: str) -> bool:
    """Whether a setting only follows from others."""
    return any(part in _CONSEQUENCES for part in name.split("."))


def _names(kinds: Sequence[tuple[str, str]], settings: Sequence[Mapping[str, str]], named: Sequence[str]) -> list[str]:
    """The arm's name where a comparison gave it one.

    Else the method's where it is the only one, and with those of its settings that differ among its like otherwise.

    Args:
        kinds: method and task model.
    """
    found = []
    for kind, own, name in zip(kinds, settings, named, strict=True):
        method, _ = kind
        if name:
            found.append(name)
            continue
        like = [s for k, s in zip(kinds, settings, strict=True) if k == kind]
        names = differing(like)
        chosen = [n for n in names if not is_consequence(n)] or list(names)
        told = [f"{_tail(n, names)}={_short(own.get(n, 'unset'))}" for n in chosen[:3]]
        found.append(f"{method} · {', '.join(told)}" if told else method)
    return found


def _told_apart(labels: Sequence[str]) -> list[str]:
    """Equal ones numbered."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(f"{label} #{seen[label]}" if seen[label] > 1 else label)
    return found


def _tail(name: str, names: Sequence[str], mark: str = ".") -> str:
    """The shortest end of a name of several parts that no other one has."""
    parts = name.split(mark)
    for k in range(1, len(parts)):
        end = mark.join(parts[-k:])
        if sum(n == end or n.endswith(mark + end) for n in names) == 1:
            return end
    return name


def _flat(value: Mapping[str, object], at: str) -> Iterable[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{at}{key}.")
        elif isinstance(inner, list | tuple):
            yield f"{at}{key}", ", ".join(map(str, inner)) or "none"
        else:
            yield f"{at}{key}", str(inner)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return "-".join(part for part in kept.split("-") if part) or "runs"


def _apart(group: Group) -> tuple[str, ...]:
    return tuple(str(d) for d in group.apart)
