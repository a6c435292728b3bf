"""Credit: how the rewards of one instance's skills become advantages. Pure Python, no torch.

    r_g^i       reward of rollout i under a skill of generation g;  r̄ its mean over the skill's N rollouts
    A_intra     what compares within a group     A_inter     what compares a skill with its parent

                    group                       A_intra                 + A_inter
    rollouts        one skill's N rollouts      r^i − r̄                 + λ (r̄ − r̄_parent)       N advantages
    candidates      one parent's M rewritings   r̄ − mean over group     + λ (r̄ − r̄_parent)       one
    return_to_go    the same                    r̄ − mean over group     + λ (r̄_after − r̄_parent) one
    grpo            the same                    r̄ − mean over group                              one
    rloo            the same                    r̄ − mean of the others                           one

`rollouts` is Skill-R1 to the letter (arXiv 2605.09359, section 3; one skill per generation, no division by the
standard deviation, A_inter(1) = 0). What follows from its letters, and is tested:

- Every rollout of a skill shares the skill's tokens and Σ_i A_intra = 0, so inside the clip band the intra term has
  no gradient at all: what remains is REINFORCE with the parent's mean as baseline, N·λ·A_inter·∇log π(s_g). The intra
  term acts outside the band only, where it pulls the ratio back. λ = 0 learns nothing.
- `candidates` makes the intra term work. Its inter term is fixed before the generation is sampled, a baseline: in
  expectation it rescales the gradient by 1 + λM/(M−1) and does not credit a skill for what comes after it.
- `return_to_go` does: see `Mode`.

Where the paper is silent: r̄_{g−1} is the mean of the skill that s_g was rewritten from, which for the paper's chain
(M = 1, the last skill is rewritten) is its r̄_{g−1}; λ and γ have no published value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt
from statistics import fmean
from typing import Literal, NamedTuple, TypeAlias, get_args

from skillevo.envs.base import SkillevoError

Mode: TypeAlias = Literal["rollouts", "candidates", "return_to_go", "grpo", "rloo"]
"""Named credit.

`return_to_go` is `candidates` in which a skill that was rewritten is also credited with its children's gain,
λ·(mean of its children's r̄ − its own r̄). Together with its own inter term λ·(r̄ − r̄_parent) its own mean cancels: it
gets λ·(r̄_after − r̄_parent), r̄_after being its children's mean (its own r̄ where it has none). So a skill from which good
ones are written is worth more than one that scores the same and leads nowhere, which no other mode says; and the
baseline is still the parent's mean, fixed before the skill was sampled. Two things to know. In generation 1 under
`first_inter = "zero"` nothing cancels: λ·(r̄_after − r̄) alone would reward a low start; `base` mends it. And only skills
that were rewritten can earn it: under the parent rule `random` the choice owes nothing to their rewards, under `best`
and `last` it does, and the best of a group is pushed further.
"""

RELATIVE_TO_PARENT: frozenset[Mode] = frozenset({"rollouts", "candidates", "return_to_go"})
"""Modes that have an inter term. The others ignore λ."""


@dataclass(frozen=True, slots=True)
class CreditConfig:
    """Every choice in the credit of a skill. Recorded in every run.

    Attributes:
        mode: see `Mode`; the paper's letters are `rollouts`.
        lam: λ ≥ 0, weight of the inter term. The paper prints no value; 1 weighs a point of gain over the parent as
            much as a point over the siblings.
        first_inter: inter term of generation 1: `zero` is the paper's A_inter(1) = 0; `base` compares with the rollouts
            of s_0, which are in H_0 anyway.
        std: divide the intra term by its group's standard deviation (n − 1 in its denominator, as TRL and verl
            have it). The paper does not; it favours groups that are nearly all right or all wrong.
        std_floor: the least that is divided by.
        zero_variance: a group whose rewards lie within this distance has no intra term: exactly 0, and counted.
        singleton: a group of one compares with nobody. `zero`: its advantage is exactly 0. `inter`: it keeps its inter
            term. (Groups of rollouts keep it always: there it is the paper's whole signal.)
        gamma: γ in 0..1 of the objective J = Σ_g γ^(g−1) r̄_g. The paper prints no value.
        gamma_in_loss: also weigh generation g's advantages by γ^(g−1). The paper has γ in J only.
    """

    mode: Mode = "rollouts"
    lam: float = 1.0
    first_inter: Literal["zero", "base"] = "zero"
    std: bool = False
    std_floor: float = 1e-3
    zero_variance: float = 1e-6
    singleton: Literal["zero", "inter"] = "zero"
    gamma: float = 1.0
    gamma_in_loss: bool = False

    def __post_init__(self) -> None:
        one_of("credit mode", self.mode, get_args(Mode))
        one_of("first_inter", self.first_inter, ("zero", "base"))
        one_of("singleton", self.singleton, ("zero", "inter"))
        at_least("lam (λ)", self.lam, 0.0)
        at_least("std_floor", self.std_floor, 1e-12)
        at_least("zero_variance", self.zero_variance, 0.0)
        if not 0 < self.gamma <= 1:
            raise SkillevoError(f"gamma is a discount above 0 and at most 1, not {self.gamma}")
        if self.mode == "rloo" and self.std:
            raise SkillevoError("rloo has no division by the standard deviation: set std = false, or mode = 'grpo'")


class Place(NamedTuple):
    """Where a skill stands among those of its instance."""

    generation: int
    """0 is s_0."""
    candidate: int


class Parts(NamedTuple):
    """A sum of advantages, by where it came from."""

    intra: float
    inter: float

    @property
    def total(self) -> float:
        return self.intra + self.inter


@dataclass(frozen=True, slots=True)
class RowCredit:
    """The advantages of one sampled text.

    Attributes:
        intra: what comes from the group, one for each advantage.
        inter: what comes from parent and children, λ included; shared by all.
    """

    intra: tuple[float, ...]
    inter: float = 0.0

    @property
    def advantages(self) -> tuple[float, ...]:
        return tuple(a + self.inter for a in self.intra)

    @property
    def total(self) -> float:
        """Σ_i A_i: the coefficient of ∇log π while the ratio is 1."""
        return fsum(self.advantages)

    @property
    def is_zero(self) -> bool:
        """Whether every advantage is 0: nothing to learn here but the KL."""
        return not any(self.advantages)

    @property
    def up(self) -> Parts:
        """The sum of the advantages above 0. With `down`, all that a clipped objective depends on:

        Σ_i min(ρA_i, clip(ρ)A_i) = up·min(ρ, 1+ε) + down·max(ρ, 1−ε)
        """
        return self._where(+1)

    @property
    def down(self) -> Parts:
        """The sum of the advantages below 0."""
        return self._where(-1)

    def _where(self, sign: int) -> Parts:
        # An advantage of 0 whose parts cancel pulls neither way; it stands with the upper ones, so that a group's
        # intra parts, all told, still add up to 0.
        chosen = [a for a in self.intra if sign * (a + self.inter) > 0 or (sign > 0 and a and a + self.inter == 0)]
        return Parts(fsum(chosen), self.inter * len(chosen))


@dataclass(frozen=True, slots=True)
class Credit:
    """The credit of one instance's skills.

    Attributes:
        rows: by generation and candidate.
        means: r̄, in the same order.
        objective: J = Σ_g γ^(g−1) r̄_g, r̄_g over all candidates of g.
        groups: how many groups were compared within, and of these:
        singletons: groups of one;
        zero_variance: larger groups whose rewards are all equal.
    """

    rows: tuple[tuple[RowCredit, ...], ...]
    means: tuple[tuple[float, ...], ...]
    objective: float
    groups: int
    singletons: int
    zero_variance: int


def assign_credit(
    rewards: Sequence[Sequence[Sequence[float]]],
    parents: Sequence[Sequence[int | Place]] | None,
    base_rewards: Sequence[float] | None,
    config: CreditConfig,
) -> Credit:
    """Credit of every skill that was written for one instance.

    Args:
        rewards: (G, M, N), generation 1 first; M and N may differ between generations and skills. A skill that could
            not be played has the reward that the run gives to such a skill, not an empty list.
        parents: (G, M), what each skill was rewritten from: a candidate of the generation before (0 in generation 1,
            for s_0), or a `Place` further back. None for a chain of single skills.
        base_rewards: (N,), the rollouts of s_0; None where there are none.
        config: the mode and its choices.

    Raises:
        SkillevoError: a reward is missing or not finite, or a parent does not exist.
    """
    tree = _Tree(rewards, parents, base_rewards)
    if config.first_inter == "base" and config.mode in RELATIVE_TO_PARENT and base_rewards is None:
        raise SkillevoError("first_inter = 'base' compares generation 1 with s_0: give base_rewards, or choose 'zero'")
    groups: list[GroupAdvantages] = []
    rows: list[tuple[RowCredit, ...]] = []
    for g, candidates in enumerate(rewards, 1):
        if config.mode == "rollouts":
            members = [[m] for m in range(len(candidates))]
            scores: list[Sequence[float]] = list(candidates)
        else:
            members = tree.siblings(g)
            scores = [[tree.mean(Place(g, m)) for m in siblings] for siblings in members]
        weight = config.gamma ** (g - 1) if config.gamma_in_loss else 1.0
        row = {}
        for siblings, values in zip(members, scores, strict=True):
            group = group_advantages(values, config)
            groups.append(group)
            alone = group.singleton and config.mode != "rollouts" and config.singleton == "zero"
            for i, m in enumerate(siblings):
                intra = group.values if config.mode == "rollouts" else group.values[i : i + 1]
                inter = 0.0 if alone else tree.inter(Place(g, m), config)
                row[m] = RowCredit(tuple(weight * a for a in intra), weight * inter)
        rows.append(tuple(row[m] for m in sorted(row)))
    return Credit(
        rows=tuple(rows),
        means=tuple(map(tuple, tree.means[1:])),
        objective=fsum(config.gamma ** (g - 1) * fmean(row) for g, row in enumerate(tree.means[1:], 1)),
        groups=len(groups),
        singletons=sum(group.singleton for group in groups),
        zero_variance=sum(group.zero_variance for group in groups),
    )


class GroupAdvantages(NamedTuple):
    """A group's advantages and what kind of group it is."""

    values: tuple[float, ...]
    singleton: bool
    zero_variance: bool


def group_advantages(scores: Sequence[float], config: CreditConfig) -> GroupAdvantages:
    """Advantages within one group, of whatever is compared: rollouts, skills, episodes, actions in one state.

    r − mean, in mode `rloo` r − mean of the others (K/(K−1) of it); divided by the standard deviation where the
    configuration says so. Exactly 0 for a group of one and for a group without variance, never a rounding residue.
    """
    k = len(scores)
    if k == 1 or max(scores) - min(scores) <= config.zero_variance:
        return GroupAdvantages((0.0,) * k, k == 1, k > 1)
    centre = fmean(scores)
    centred = [s - centre for s in scores]
    scale = 1.0
    if config.mode == "rloo":
        scale = (k - 1) / k
    elif config.std:
        scale = max(sqrt(fsum(c * c for c in centred) / (k - 1)), config.std_floor)
    return GroupAdvantages(tuple(c / scale for c in centred), False, False)


def learns_nothing(config: CreditConfig, generations: int, candidates: int) -> str:
    """Why a run of this shape cannot learn anything, in a sentence to print before it starts; empty if it can.

    Args:
        generations, candidates: G and M, the skills of a generation being written from one parent.
    """
    has_inter = config.mode in RELATIVE_TO_PARENT and config.lam > 0
    if config.mode == "rollouts" and not has_inter:
        return (
            "λ = 0 with credit mode 'rollouts' learns nothing: the advantages of one skill's rollouts add up to zero "
            "on the same tokens. Set lam > 0, or compare several skills: mode = 'candidates' with M ≥ 2."
        )
    if config.mode != "rollouts" and candidates == 1 and not (has_inter and config.singleton == "inter"):
        return (
            f"Credit mode {config.mode!r} with one candidate per generation learns nothing: a group of one has nobody "
            "to be compared with. Write M ≥ 2 candidates, or set mode = 'rollouts', the paper's form for M = 1."
        )
    if (config.mode == "rollouts" or candidates == 1) and generations == 1 and config.first_inter == "zero":
        return (
            f"Credit mode {config.mode!r} with a single generation learns nothing: A_inter(1) = 0 is all that it has. "
            "Run G ≥ 2 generations, or set first_inter = 'base' to compare with s_0."
        )
    return ""


class _Tree:
    """Who was rewritten from whom, and how each did. Generation 0 is s_0."""

    def __init__(
        self,
        rewards: Sequence[Sequence[Sequence[float]]],
        parents: Sequence[Sequence[int | Place]] | None,
        base_rewards: Sequence[float] | None,
    ) -> None:
        self.means = [[0.0 if base_rewards is None else _mean_reward(base_rewards, "s_0")]]
        for g, row in enumerate(rewards, 1):
            self.means.append([_mean_reward(skill, f"skill {m} of generation {g}") for m, skill in enumerate(row)])
            if not row:
                raise SkillevoError(f"generation {g} has no skills: leave it out")
        self.parents = self._checked(parents)

    def mean(self, skill: Place) -> float:
        return self.means[skill.generation][skill.candidate]

    def siblings(self, generation: int) -> list[list[int]]:
        """The candidates of a generation by parent: those of one parent were written from one prompt."""
        found: dict[Place, list[int]] = {}
        for m, parent in enumerate(self.parents[generation]):
            found.setdefault(parent, []).append(m)
        return list(found.values())

    def inter(self, skill: Place, config: CreditConfig) -> float:
        """λ times a skill's gain over its parent, and with return-to-go its children's gain over it."""
        if config.mode not in RELATIVE_TO_PARENT:
            return 0.0
        own, parent = self.mean(skill), self.parents[skill.generation][skill.candidate]
        gain = 0.0 if parent.generation == 0 and config.first_inter == "zero" else own - self.mean(parent)
        if config.mode == "return_to_go":
            children = [self.means[g][m] for g, row in enumerate(self.parents) for m, p in enumerate(row) if p == skill]
            gain += fmean(children) - own if children else 0.0
        return config.lam * gain

    def _checked(self, parents: Sequence[Sequence[int | Place]] | None) -> list[list[Place]]:
        shape = [len(row) for row in self.means[1:]]
        if parents is None:
            if any(m > 1 for m in shape):
                raise SkillevoError("several candidates in a generation: say in `parents` what each was rewritten from")
            parents = [[0]] * len(shape)
        if [len(row) for row in parents] != shape:
            raise SkillevoError(f"there are {shape} skills by generation, and {[len(row) for row in parents]} parents")
        found: list[list[Place]] = [[]]
        for g, row in enumerate(parents, 1):
            found.append([p if isinstance(p, Place) else Place(g - 1, p) for p in row])
            for m, p in enumerate(found[g]):
                if not (0 <= p.generation < g and 0 <= p.candidate < len(self.means[p.generation])):
                    raise SkillevoError(
                        f"skill {m} of generation {g} cannot have been rewritten from candidate {p.candidate} of "
                        f"generation {p.generation}: no earlier generation has it"
                    )
        return found


def _mean_reward(rewards: Sequence[float], whose: str) -> float:
    if not rewards:
        raise SkillevoError(f"{whose} has no rewards: give a skill that could not be played the reward it is to have")
    if not all(isfinite(r) for r in rewards):
        raise SkillevoError(f"{whose} has a reward that is no finite number: {list(rewards)}")
    return fmean(rewards)


def one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    """Raises SkillevoError unless `value` is among `allowed`."""
    if value not in allowed:
        raise SkillevoError(f"{name} is one of {', '.join(allowed)}, not {value!r}")


def at_least(name: str, value: float, least: float) -> None:
    """Raises SkillevoError unless `value` is a finite number from `least`."""
    if not (isfinite(value) and value >= least):
        raise SkillevoError(f"{name} is a number from {least:g}, not {value}")
