"""What options refuse, wherever they are typed."""

from __future__ import annotations

from math import inf, nan

import pytest

from skillevo.envs.alfworld import AlfworldOptions
from skillevo.envs.base import SkillevoError
from skillevo.harness.methods import EditRules
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.inspect_calls import Price
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.rollouts import Budget


@pytest.mark.parametrize(
    ("kind", "option", "values"),
    [
        (PlayRules, "step_cap", (0, -3, 2.5, True, "many", None)),
        (PlayRules, "max_silent", (0, -1, "x")),
        (PlayRules, "token_limit", (0, -1, 10.5, nan)),
        (PlayRules, "time_limit", (0, -1.0, nan, inf, "soon")),
        (PlayRules, "invalid", ("ignore", None)),
        (AlfworldOptions, "engine", ("fast", None)),
        (AlfworldOptions, "admissible", ("maybe", 1)),
        (AlfworldOptions, "hide_help", ("maybe", None)),
        (PromptOptions, "history", (-1,)),
        (PromptOptions, "show_admissible", ("maybe",)),
        (EditRules, "history_tokens", (0, -5)),
        (EditRules, "longest", (0, "long")),
        (Budget, "cost", (-1, nan, inf)),
        (Budget, "tokens", (-1, 0.5)),
        (Budget, "rollouts", (-1, nan)),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(kind: type, option: str, values: tuple[object, ...]) -> None:
    for value in values:
        with pytest.raises(SkillevoError) as refused:
            kind(**{option: value})
        said = str(refused.value)
        assert option in said and repr(value) in said and "\n" not in said, said


def test_what_makes_sense_is_taken() -> None:
    PlayRules(step_cap=1, invalid="end", max_silent=1, token_limit=1, time_limit=0.5)
    PlayRules(time_limit=30)  # Inspect's -T gives whole numbers as such
    AlfworldOptions(admissible=False, hide_help=True, engine="official")
    Budget(0, 0, 0)
    Price(0, 0.15)


@pytest.mark.parametrize("price", [(-1, 1), (1, nan), (inf, 1)])
def test_prices_are_amounts(price: tuple[float, float]) -> None:
    with pytest.raises(SkillevoError, match="price_"):
        Price(*price)


@pytest.mark.parametrize("history", ["2.5", 2.5, "some", -1, "-1"])
def test_a_history_is_a_number_of_steps_or_all(history: object) -> None:
    with pytest.raises(SkillevoError, match=f"history is a number of steps of at least 0, or `all`, not '?{history}"):
        PromptOptions.of("zeroshot-tags", history)  # type: ignore[arg-type]
    assert PromptOptions.of("zeroshot-tags", "all").history is None
    assert PromptOptions.of("zeroshot-tags", 0).history == 0
