"""A history as text: within its budget, failures first, always the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import Episode, EpisodeKey, StopReason, Turn, Verdict
from skillevo.harness.journal import Played
from skillevo.harness.skills import Attempt, History, Place, Skill, estimate_tokens


def played(k: int, success: bool, steps: int = 3) -> Played:
    turns = [Turn(f"seen {i}", (), f"do {k}.{i}", 0.0, False) for i in range(steps)]
    episode = Episode(
        EpisodeKey("i", rollout=k), k, turns, "the end", StopReason.DONE if success else StopReason.STEP_CAP
    )
    return Played(episode, Verdict(float(success), success), "eval")


def attempt(g: int, outcomes: list[bool], parent: Place | None = None, steps: int = 3, m: int = 0) -> Attempt:
    skill = Skill("s", "d", f"Text of generation {g}.{m}.", version=g + 1)
    return Attempt(g, m, skill, tuple(played(k, o, steps) for k, o in enumerate(outcomes)), parent)


def test_newest_first_and_failures_first() -> None:
    first = attempt(0, [False, False])
    second = attempt(1, [True, False, True], first.place)
    text = History((first, second)).render(10_000)
    order = ["Generation 1: 2 of 3", "Text of generation 1", "> do 1.0", "> do 0.0", "> do 2.0", "Generation 0: 0 of 2"]
    places = [text.index(o) for o in order]
    assert places == sorted(places)
    assert "seen 1" in text and "the end" in text


def test_the_task_is_what_the_agent_saw_first() -> None:
    assert History((attempt(0, [True]),)).task == "seen 0"
    assert History().task == ""


@given(
    st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=4),
    st.integers(1, 60),
    st.integers(0, 2000),
)
def test_it_keeps_its_budget(outcomes: list[list[bool]], steps: int, budget: int) -> None:
    history = History(tuple(attempt(g, o, steps=steps) for g, o in enumerate(outcomes)))
    text = history.render(budget)
    assert text == history.render(budget)
    newest = f"Text of generation {len(outcomes) - 1}.0."
    assert newest in text, "the newest skill is always whole"
    # That skill is shown in a smaller budget, too, and then nothing else but the line that counts the rest.
    least = estimate_tokens(History((attempt(len(outcomes) - 1, outcomes[-1], steps=steps),)).render(0))
    assert estimate_tokens(text) <= max(budget, least + 1)


def test_long_rollouts_lose_their_middle() -> None:
    text = History((attempt(0, [False], steps=50),)).render(200)
    assert "> do 0.0" in text and "> do 0.49" in text and "> do 0.25" not in text
    assert "steps ...)" in text


def test_what_is_left_out_is_counted() -> None:
    history = History((attempt(0, [False] * 4, steps=40), attempt(1, [False] * 4, steps=40)))
    assert "more rollouts are left out" in history.render(150)


def test_a_line_of_descent_leaves_the_others_out() -> None:
    first = attempt(0, [False])
    left, right = attempt(1, [True], first.place, m=0), attempt(1, [False], first.place, m=1)
    child = attempt(2, [True], right.place)
    history = History((first, left, right, child))
    assert history.line(child).attempts == (first, right, child)
    assert history.line(left).attempts == (first, left)


def test_only_the_newest_generations_are_shown_where_so_many_are_wanted() -> None:
    first = attempt(0, [False])
    second = attempt(1, [False], first.place)
    third = attempt(2, [True], second.place)
    history = History((first, second, third))
    assert history.recent(None) is history and history.recent(9).attempts == history.attempts
    assert history.recent(2).attempts == (second, third) and history.recent(1).attempts == (third,)


@given(
    st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=5),
    st.integers(1, 30),
    st.integers(0, 3000),
    st.integers(1, 6),
)
def test_of_what_is_shown_the_order_always_holds(
    outcomes: list[list[bool]], steps: int, budget: int, past: int
) -> None:
    """Newest generation first; within one, failures first, then as they were played; and nothing is lost uncounted."""
    history = History(tuple(attempt(g, o, steps=steps) for g, o in enumerate(outcomes))).recent(past)
    text = history.render(budget)
    shown = [int(line.split()[2].rstrip(":")) for line in text.splitlines() if line.startswith("## Generation")]
    assert shown == sorted(shown, reverse=True) and shown[0] == len(outcomes) - 1 and len(shown) <= past
    blocks = text.split("## Generation ")[1:]
    kept = 0
    for block in blocks:
        of = [line.split(": ")[1].split()[0] for line in block.splitlines() if line.startswith("### Rollout")]
        kept += len(of)
        assert of == sorted(of), "'failure' comes before 'success'"
    dropped = [line for line in text.splitlines() if line.endswith("left out for want of room.)")]
    missing = int(dropped[0].strip("(").split()[0]) if dropped else 0
    assert kept + missing == sum(len(o) for o in outcomes[-past:])


def test_with_no_room_nothing_but_the_skill_is_shown_and_with_enough_everything() -> None:
    history = History(tuple(attempt(g, [False, True, False], steps=25) for g in range(4)))
    assert history.render(0).count("### Rollout") == 0 and "Text of generation 3" in history.render(0)
    whole = history.render(100_000)
    assert whole.count("### Rollout") == 12 and "..." not in whole and "left out" not in whole
