"""Code in a sandbox: what it says, how long it may take, and that nothing of it is left."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from left_behind import containers, gone, running, soon

from skillevo.envs.gaia.sandbox import DockerSandbox, LocalSandbox, Outcome, Sandbox, engine_answers

needs_docker = pytest.mark.skipif(not engine_answers(), reason="no container engine answers")
KINDS = [LocalSandbox, pytest.param(DockerSandbox, marks=(pytest.mark.docker, needs_docker))]


@pytest.mark.parametrize("make", KINDS)
def test_code_runs_beside_the_files(make: Callable[[], Sandbox], tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a\n1\n2\n")

    async def go() -> list[Outcome]:
        box = make()
        try:
            await box.start({"data.csv": tmp_path / "data.csv", "z.unpacked/b.txt": tmp_path / "data.csv"})
            code = "rows = open('data.csv').read().split()\nfor row in rows[1:]:\n    print(int(row) * 2)\n"
            return [
                await box.run("python", code, 20, 1_000),
                await box.run("bash", "cat z.unpacked/b.txt | wc -l; echo kept > k; exit 3", 20, 1_000),
                await box.run("bash", "cat k", 20, 1_000),
                await box.run("python", "print('x' * 10**7)", 20, 100),
                await box.run("python", "import time; print('on', flush=True); time.sleep(60)", 1, 100),
                await box.run("python", "1 / 0", 20, 1_000),
            ]
        finally:
            await box.close()

    doubled, counted, kept, much, slow, broken = asyncio.run(go())
    assert doubled == Outcome("2\n4\n", 0)
    assert counted == Outcome("3\n", 3) and kept == Outcome("kept\n", 0)
    assert much == Outcome("x" * 100, 0, True)
    assert slow == Outcome("on\n", None)
    assert broken.code == 1 and "ZeroDivisionError" in broken.output


@pytest.mark.docker
@needs_docker
def test_a_container_reaches_neither_network_nor_this_machine(tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("of this user alone")
    (tmp_path / "private.txt").chmod(0o600)
    looks = (
        "cat private.txt && echo more >> private.txt && echo; ls /sys/class/net; grep CapEff /proc/self/status; "
        "grep -c ' /work ' /proc/self/mounts; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>&-; true"
    )

    async def go() -> Outcome:
        box = DockerSandbox()
        try:
            await box.start({"private.txt": tmp_path / "private.txt"})
            return await box.run("bash", looks, 20, 1_000)
        finally:
            await box.close()

    said = asyncio.run(go()).output.split("\n")
    assert said[0] == "of this user alone" and said[1:4] == ["lo", "CapEff:\t0000000000000000", "0"]
    assert said[4:] == ["256", ""]
    assert (tmp_path / "private.txt").read_text() == "of this user alone"


def test_code_gets_no_keys_and_its_folder_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    async def go() -> Outcome:
        box = LocalSandbox()
        try:
            await box.start({})
            return await box.run("bash", "env; pwd", 20, 5_000)
        finally:
            await box.close()

    said = asyncio.run(go()).output
    assert "secret" not in said and not Path(said.split()[-1]).exists()


STRAYS = (
    "sleep {n} & (setsid sleep {n} &) ; (env -i setsid sleep {n} &) ; nohup sleep {n} >/dev/null 2>&1 & sleep {last}"
)


@pytest.mark.parametrize("last", ["0.2", "60"])
def test_what_code_leaves_behind_is_ended(last: str) -> None:
    sign = f"sleep 71{os.getpid()}"

    async def go() -> Outcome:
        box = LocalSandbox()
        await box.start({})
        try:
            return await box.run("bash", STRAYS.format(n=sign.split()[1], last=last), 1.5, 100)
        finally:
            await box.close()

    assert asyncio.run(go()).code == (0 if last == "0.2" else None)
    assert gone(sign)


def test_a_cancelled_run_leaves_no_process() -> None:
    sign = f"sleep 72{os.getpid()}"

    async def go() -> None:
        box = LocalSandbox()
        await box.start({})
        task = asyncio.create_task(box.run("bash", f"{sign} & {sign}", 60, 100))
        while len(running(sign)) < 2:
            await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await box.close()

    asyncio.run(asyncio.wait_for(go(), 60))
    assert gone(sign)


RUN = """
import asyncio, sys
from pathlib import Path
from skillevo.envs.gaia import GaiaOptions, load_panel, make_env
from skillevo.envs.base import EpisodeKey
from skillevo.harness.play import Conditioning, PlayRules, play
from skillevo.harness.policies.oracle import OraclePolicy

instance = next(i for i in load_panel("pocket-test").instances if i.tags["file"] == "zip")
env = make_env(instance, GaiaOptions(sandbox=sys.argv[2]))
policy = OraclePolicy(lambda _: [f"bash[{sys.argv[1]} & setsid {sys.argv[1]} & {sys.argv[1]}]"])
asyncio.run(play(env, instance, EpisodeKey(instance.id), 0, policy, Conditioning(), PlayRules()))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["local", pytest.param("docker", marks=(pytest.mark.docker, needs_docker))])
def test_an_interrupted_run_leaves_no_process_no_container_and_no_file(
    kind: str, how: signal.Signals, tmp_path: Path
) -> None:
    sign = f"sleep 73{how.value}{os.getpid()}"
    where = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.Popen([sys.executable, "-c", RUN, sign, kind], stderr=subprocess.DEVNULL, cwd="/", env=where)
    try:
        assert soon(lambda: len([p for p in running(sign) if p != run.pid]) >= 3, 240), "the tool never started"
        assert kind == "local" or soon(lambda: containers(holding=sign)), "the tool never started in a container"
        held = containers(holding=sign)
        assert list(tmp_path.glob("*/*.zip.unpacked/*")), "the archive's members lie elsewhere"
        run.send_signal(how)
        run.wait(timeout=30)
        assert gone(sign) and soon(lambda: not list(tmp_path.iterdir()))
        assert soon(lambda: not held & containers())
    finally:
        run.kill()
        run.wait()
