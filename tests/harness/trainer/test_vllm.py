"""The engine against a small server that speaks vLLM's protocol, and can be made to misbehave in vLLM's ways."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.trainer.vllm import Trainer, VllmEngine, VllmOptions


def logp(weight: float, token: int) -> float:
    """The stand-in for a model: one number of weights, which every log-probability depends on."""
    return -1.0 - weight * (token % 5)


class Server(ThreadingHTTPServer):
    """Serves a base model and adapters, whose weight stands in the file `weight` of their folder."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.adapters: dict[str, float] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.deaf = self.shy = False
        self.shift = 0.0
        self.failures = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        adapters = [{"id": name, "parent": "base"} for name in self.server.adapters]
        self._say({"data": [{"id": "base", "parent": None}, *adapters]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.requests.append((self.path, body))
        if self.path == "/v1/load_lora_adapter":
            if body["lora_name"] in server.adapters:
                return self._say({"message": "has already been loaded"}, 400)
            weight = float((Path(body["lora_path"]) / "weight").read_text())
            server.adapters[body["lora_name"]] = next(iter(server.adapters.values()), weight) if server.deaf else weight
            return self._say("Success", kind="text/plain")
        if self.path == "/v1/unload_lora_adapter":
            del server.adapters[body["lora_name"]]
            return self._say("Success", kind="text/plain")
        if server.failures:
            server.failures -= 1
            return self.connection.close()
        return self._say({"choices": [self._choice(body)]})

    def _choice(self, body: dict[str, Any]) -> dict[str, Any]:
        weight = 0.0 if body["model"] == "base" else self.server.adapters[body["model"]] + self.server.shift
        if "prompt_logprobs" in body:
            told = [None, *({str(t): {"logprob": logp(weight, t)}} for t in body["prompt"][1:])]
            return {"token_ids": [1], "prompt_logprobs": told, "finish_reason": "length"}
        n = min(body["max_tokens"], 4 + body["seed"] % 3)
        ids = [body["seed"] % 7 + k for k in range(n)]
        found = {"text": "?", "token_ids": ids, "logprobs": {"token_logprobs": [logp(weight, t) for t in ids]}}
        found["finish_reason"] = "length" if n == body["max_tokens"] else "stop"
        return {"text": "?", "finish_reason": "stop"} if self.server.shy else found

    def _say(self, value: Any, status: int = 200, kind: str = "application/json") -> None:
        data = (json.dumps(value) if kind.endswith("json") else value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Weights:
    """The trainer's side of the stand-in."""

    def __init__(self) -> None:
        self.weight = 0.5

    def trainer(self) -> Trainer:
        return Trainer(
            encode=lambda text: [len(w) for w in text.split()],
            decode=lambda ids: " ".join(f"w{t}" for t in ids),
            score=self.score,
            save=self.save,
        )

    def score(self, calls: Sequence[Call]) -> list[list[float]]:
        return [[logp(self.weight, t) for t in c.completion_ids or ()] for c in calls]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "weight").write_text(str(self.weight))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def weights() -> Weights:
    return Weights()


def engine(server: Server, weights: Weights, home: Path, **more: Any) -> VllmEngine:
    return VllmEngine(weights.trainer(), VllmOptions(server.url, **more), home, temperature=0.8, max_new_tokens=5)


def test_texts_come_with_the_servers_own_tokens(server: Server, weights: Weights, tmp_path: Path) -> None:
    made = engine(server, weights, tmp_path)
    made.renew(7)
    calls = list(asyncio.run(made.write(["mend the skill", "again"], "sample", [3, 4])))
    assert [c.completion_ids for c in calls] == [(3, 4, 5, 6), (4, 5, 6, 7, 8)]
    assert calls[0].completion == "w3 w4 w5 w6" and calls[0].prompt_ids == (4, 3, 5)
    assert calls[0].logprobs == tuple(logp(0.5, t) for t in (3, 4, 5, 6))
    assert [c.sampling["truncated"] for c in calls] == [False, True] and {c.policy_version for c in calls} == {7}
    asked = [body for path, body in server.requests if path == "/v1/completions"][-2:]
    assert {(b["model"], b["temperature"], b["top_p"]) for b in asked} == {("skillgen-v007", 0.8, 1.0)}
    assert made.seconds > 0
    asyncio.run(made.write(["x"], "greedy", [1]))
    assert server.requests[-1][1]["temperature"] == 0.0


def test_versions_have_names_of_their_own_and_old_ones_go(server: Server, weights: Weights, tmp_path: Path) -> None:
    made = engine(server, weights, tmp_path, stale=1)
    for version in range(4):
        told = made.renew(version)
        weights.weight += 0.1
        assert told["probe_mismatch"] == pytest.approx(0)
        assert told["probe_moved"] == pytest.approx(0.2 if version else 0, abs=0.1)
    assert list(server.adapters) == ["skillgen-v002", "skillgen-v003"]
    assert sorted(f.name for f in tmp_path.iterdir()) == ["skillgen-v002", "skillgen-v003"]


def test_after_a_resume_no_name_is_used_twice(server: Server, weights: Weights, tmp_path: Path) -> None:
    engine(server, weights, tmp_path / "a").renew(3)
    weights.weight = 0.9
    again = engine(server, weights, tmp_path / "b")
    again.renew(3)
    assert again.name == "vllm/skillgen-v003-r2" and server.adapters["skillgen-v003-r2"] == 0.9


def test_an_adapter_that_is_not_taken_over_is_an_error(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.deaf = True
    made = engine(server, weights, tmp_path)
    made.renew(0)
    weights.weight += 0.01
    with pytest.raises(SkillevoError, match=r"skillgen-v001 with the weights of version 0"):
        made.renew(1)


def test_many_small_steps_that_are_not_taken_over_are_seen_together(
    server: Server, weights: Weights, tmp_path: Path
) -> None:
    server.deaf = True
    made = engine(server, weights, tmp_path)
    made.renew(0)
    with pytest.raises(SkillevoError, match="with the weights of version 0"):
        for version in range(1, 20):
            weights.weight += 1e-4
            made.renew(version)


def test_a_server_that_serves_something_else_is_an_error(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.shift = 0.2
    with pytest.raises(SkillevoError, match=r"away from the trainer's \(tolerance 0.05\)"):
        engine(server, weights, tmp_path).renew(0)
    engine(server, weights, tmp_path, tolerance=0.5).renew(0)


def test_weights_that_have_not_moved_need_not_move_the_server(server: Server, weights: Weights, tmp_path: Path) -> None:
    made = engine(server, weights, tmp_path)
    made.renew(0)
    assert made.renew(1)["probe_moved"] == 0


def test_a_lost_connection_is_tried_again(
    server: Server, weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    made = engine(server, weights, tmp_path)
    made.renew(0)
    server.failures = 2
    assert len(asyncio.run(made.write(["x"], "sample", [1]))) == 1 and waited == [1, 2]
    server.failures = 3
    with pytest.raises(SkillevoError, match="cannot be reached"):
        asyncio.run(made.write(["x"], "sample", [1]))


def test_what_is_no_vllm_server_is_one_clear_error(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.shy = True
    with pytest.raises(SkillevoError, match="no token ids with log-probabilities"):
        engine(server, weights, tmp_path).renew(0)
    gone = VllmEngine(weights.trainer(), VllmOptions("http://127.0.0.1:1"), tmp_path)
    with pytest.raises(SkillevoError, match="is the server up"):
        gone.renew(0)
