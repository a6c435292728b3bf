"""A real vLLM server on the CPU, a model made from nothing, and a training run whose adapters the server follows."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.vllm
NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
pytest.importorskip("peft", reason=NEEDED)

import tiny_lm  # noqa: E402
from test_loop import metrics  # noqa: E402
from tiny_run import train  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.trainer.options import LoopOptions, OptimiserOptions, WeightOptions  # noqa: E402
from skillevo.harness.trainer.vllm import VllmOptions  # noqa: E402

PATIENCE = 600


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("live")
    tiny_lm.make(found / "lm", hidden=128)  # two heads of 64, which vLLM's attention on CPUs can do
    return found


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1",
           "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1", "VLLM_NO_USAGE_STATS": "1"}  # fmt: skip
    command = [os.environ["SKILLEVO_VLLM"], "serve", str(home / "lm"), "--served-model-name", "base", "--dtype",
               "float32", "--max-model-len", "1024", "--enable-lora", "--max-lora-rank", "8", "--max-loras", "3",
               "--enforce-eager", "--logprobs-mode", "processed_logprobs", "--port", str(port)]  # fmt: skip
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            found = f"http://127.0.0.1:{port}"
            for _ in range(PATIENCE):
                assert server.poll() is None, (home / "server.log").read_text()[-3000:]
                try:
                    if httpx.get(found + "/health", timeout=1).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(1)
            else:
                pytest.fail((home / "server.log").read_text()[-3000:])
            yield found
        finally:
            server.terminate()
            server.wait(60)


def test_a_run_learns_through_the_server_and_its_adapters_are_followed(url: str, home: Path) -> None:
    more: dict[str, Any] = {
        "weights": WeightOptions(lora_rank=8),
        "optimiser": OptimiserOptions(lr=0.005, warmup=2),
        "options": LoopOptions(instances=4, validate_every=0, checkpoint_every=3),
        "vllm": VllmOptions(url, tolerance=0.01),
    }
    train(home / "run", 3, **more)
    run = train(home / "run", 10, **more)
    rows = metrics(home / "run")[1:]
    assert max(r["mismatch"] for r in rows) < 1e-3 and max(r["probe_mismatch"] for r in rows) < 1e-3
    assert all(r["probe_moved"] > 0 for r in rows)
    assert rows[-1]["reward_gen2"] > rows[0]["reward_gen2"]
    listed = {m["id"] for m in httpx.get(url + "/v1/models").json()["data"]}
    assert run.engine.name.removeprefix("vllm/") in listed and "skillgen-v009" in listed
    assert "skillgen-v008" not in listed, "old versions are unloaded"


def test_a_server_that_did_not_take_the_adapter_over_is_found_out(url: str, home: Path) -> None:
    """The weights move, and the adapter that the server is told to load is the one from before."""
    run = train(home / "other", 1, weights=WeightOptions(lora_rank=8), vllm=VllmOptions(url, tolerance=10))
    run.model.save(home / "before")
    with torch.no_grad():
        for p in run.model.parameters():
            p += 0.05
    stale = replace(run.engine._trainer, save=lambda folder: shutil.copytree(home / "before", folder))
    monkeyed: Any = run.engine
    monkeyed._trainer = stale
    with pytest.raises(SkillevoError, match="with the weights of version 1"):
        run.engine.renew(2)
    monkeyed._options = VllmOptions(url, tolerance=0.01)
    with pytest.raises(SkillevoError, match="away from the trainer's"):
        run.engine.renew(3)
