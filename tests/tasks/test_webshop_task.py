"""`skillevo/webshop` as Inspect runs it: the registered name, the options, a model that shops."""

from typing import Any

import pytest
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from toy_task import Evaluate

from skillevo.envs.webshop import BENCHMARK, WebShopOptions
from skillevo.tasks._scorer import find_panel


def test_the_oracle_buys_what_is_wanted(evaluate: Evaluate) -> None:
    log = evaluate("skillevo/webshop", "pocket/oracle", task_args={"limit": 6, "reward": "options-fixed"})
    assert log.eval.task == "skillevo/webshop" and log.results
    assert log.results.scores[0].metrics["accuracy"].value == 1.0
    assert all(s.score and s.store["EpisodeRecord:episode"]["stop_reason"] == "done" for s in log.samples or [])


@pytest.mark.parametrize("admissible", [True, False])
def test_a_model_is_told_the_task_and_what_it_may_do(evaluate: Evaluate, admissible: bool) -> None:
    prompts: list[str] = []

    def answer(messages: list[Any], *_: Any) -> ModelOutput:
        prompts.append(messages[-1].text)
        output = ModelOutput.from_content("mockllm/model", "<think></think><action>search[lamp]</action>")
        output.usage = ModelUsage()
        return output

    model = get_model("mockllm/model", custom_outputs=answer)
    log = evaluate("skillevo/webshop", model, task_args={"limit": 1, "step_cap": 2, "admissible": admissible})
    (instance,) = find_panel("webshop", BENCHMARK.default_panel, None, 1, WebShopOptions())
    assert all(instance.prompt in p for p in prompts) and len(prompts) == 2
    assert ("- search[<your query>]" in prompts[0], "- click[next >]" in prompts[1]) == (admissible, admissible)
    assert log.samples and str(instance.tags["product"]) not in prompts[0]
