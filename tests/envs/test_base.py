"""The shared nouns: hashes, seeds, bounds."""

from __future__ import annotations

import pytest

from skillevo.envs.base import (
    Episode,
    EpisodeKey,
    Observation,
    Panel,
    SkillevoError,
    StopReason,
    TaskInstance,
    Turn,
    Verdict,
    content_digest,
)
from skillevo.envs.benchmark import benchmark_names, get_benchmark


def panel(*ids: str, name: str = "p", digest: str = "d") -> Panel:
    return Panel(name, "alfworld", tuple(TaskInstance(i, "alfworld", "test", digest=digest) for i in ids))


def test_a_panels_hash_covers_what_is_played_and_its_order() -> None:
    assert panel("a", "b").hash == panel("a", "b", name="another").hash
    assert len({panel("a", "b").hash, panel("b", "a").hash, panel("a").hash, panel("a", "b", digest="e").hash}) == 4


def test_a_part_of_a_panel_says_so() -> None:
    part = panel("a", "b", "c").take(2)
    assert part.name == "p[:2]" and [i.id for i in part] == ["a", "b"]
    assert panel("a").take(5) == panel("a").take(None) == panel("a")
    with pytest.raises(SkillevoError, match="at least 1"):
        panel("a").take(0)


def test_a_payload_never_shows_in_a_representation() -> None:
    assert "secret" not in repr(TaskInstance("a", "alfworld", "test", payload={"source": "secret"}))


def test_digests_keep_their_parts_apart() -> None:
    assert content_digest(["ab", "c"]) != content_digest(["a", "bc"])
    assert content_digest(["ab"]) == content_digest(("ab",))


def test_seeds_fit_in_63_bits() -> None:
    seeds = [EpisodeKey(f"i{k}").seed(0) for k in range(200)]
    assert len(set(seeds)) == 200 and all(0 <= s < 2**63 for s in seeds)


@pytest.mark.parametrize("reward", [-0.1, 1.1, float("nan")])
def test_rewards_lie_between_0_and_1(reward: float) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Verdict(reward, False)


def test_thoughts_are_turns_but_no_steps() -> None:
    turns = [Turn("o", (), "think", 0.0, False, sent=False), Turn("o", (), "look", 0.0, False)]
    assert Episode(EpisodeKey("a"), 0, turns, "", StopReason.GAVE_UP).steps == 1


def test_benchmarks_are_found_by_name() -> None:
    for name in benchmark_names():
        assert get_benchmark(name).name == name
    with pytest.raises(SkillevoError, match="no benchmark 'chess'"):
        get_benchmark("chess")


def test_what_an_observation_admits() -> None:
    shop = Observation("", ("click[buy now]",), "", ("search[<your query>]",))
    admitted = ["click[buy now]", "search[lamp]", "search[a [b]]", "click[back]", "search[]", "search[lamp", "", "find"]
    assert [shop.admits(a) for a in admitted] == [True] * 3 + [False] * 5
    assert not Observation("", (), "", ("search[<your query>]",)).admits("look")
    assert Observation("").admits("anything"), "a world that lists nothing refuses nothing"
