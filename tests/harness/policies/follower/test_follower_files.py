"""The follower among GAIA's bundled files: it wins by a skill that says what to do, and by no other one."""

import asyncio

import pytest

from skillevo.envs.base import StopReason
from skillevo.envs.gaia import BENCHMARK, GaiaOptions, load_panel
from skillevo.harness.play import Conditioning, PlayRules, SkillText
from skillevo.harness.policies.follower import Follower
from skillevo.harness.rollouts import Play

SUM = "1. Open the attached file.\n2. Sum the column that the question names. Answer with the sum."
COUNT = "- Read the attachment.\n- Count the lines that hold what the question names.\n- Answer with the count."


@pytest.mark.parametrize(
    ("body", "kind", "won"),
    [
        (SUM, "ledger_total", 3),
        (COUNT, "open_orders", 3),
        (COUNT, "ledger_total", 0),
        (SUM.replace("that the question names", "'nothing'"), "ledger_total", 0),
        ("Think hard.", "ledger_total", 0),
        ("", "ledger_total", 0),
    ],
)
def test_the_skill_decides(body: str, kind: str, won: int) -> None:
    options = GaiaOptions(sandbox="none")
    play = Play(
        make_env=lambda i: BENCHMARK.make_env(i, options),
        verify=BENCHMARK.verify,
        policy=Follower(),
        rules=PlayRules(10),
    )
    shown = Conditioning((SkillText("s@1", "s", "d", body),) if body else ())
    panel = [i for i in load_panel("pocket-test") if i.tags["kind"] == kind]
    played = [asyncio.run(play.episode(i, shown)) for i in panel]
    assert sum(p.verdict.success for p in played) == won and len(played) == 3
    if not won:
        assert {p.episode.stop_reason for p in played} <= {StopReason.GAVE_UP, StopReason.DONE}
    if body == "Think hard.":
        assert played[0].episode.notes == ("no step of the skill could be read", "unread: 'Think hard'")
