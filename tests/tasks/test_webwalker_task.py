"""`skillevo/webwalker` as Inspect runs it: the oracle, the judge in its role, and a judge that fails."""

from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from toy_task import Evaluate


def saying(text):
    output = ModelOutput.from_content("mockllm/model", text)
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def model(text):
    return get_model("mockllm/model", custom_outputs=lambda *_: saying(text))


ANSWER = "<think></think><action>answer[some thing else]</action>"


def test_the_oracle_answers(evaluate: Evaluate) -> None:
    log = evaluate("skillevo/webwalker", "pocket/oracle", task_args={"limit": 6})
    assert log.results and log.results.scores[0].metrics["accuracy"].value == 1.0


def test_the_role_grader_judges(evaluate: Evaluate) -> None:
    for said, value in (("VERDICT: RIGHT", 1.0), ("VERDICT: WRONG", 0.0)):
        log = evaluate("skillevo/webwalker", model(ANSWER), task_args={"limit": 2, "verifier": "judge"},
                       model_roles={"grader": model(said)})  # fmt: skip
        assert log.results and log.results.scores[0].metrics["accuracy"].value == value
        assert [s.store["EpisodeRecord:episode"]["judgements"] for s in log.samples or []] == [[said]] * 2


def test_a_judge_that_gives_no_verdict_is_an_error(tmp_path) -> None:
    (log,) = eval("skillevo/webwalker", model=model(ANSWER), task_args={"limit": 1, "verifier": "judge"},
                  model_roles={"grader": model("who knows")}, log_dir=str(tmp_path), display="none")  # fmt: skip
    assert log.status == "error" and "no verdict" in str(log.error)
