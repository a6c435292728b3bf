"""A run with live pages that is killed while one is in flight: it leaves no browser, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_cli import episodes, skillevo

sys.path.append(str(Path(__file__).parents[2] / "envs" / "pages"))
from descent import descendants, with_variable
from local_site import Answer, html, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc"),
]


def until(holds: Callable[[], object], seconds: float) -> None:
    last = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.02)


def question(n: int, address: str) -> str:
    info = {"type": "single_source", "difficulty_level": "easy"}
    return json.dumps({"question": f"Q{n}", "answer": f"A{n}", "root_url": f"{address}/{n}/", "info": info})


@pytest.mark.parametrize("recorded", [(), ("-T", "record=true", "-T", "archive=kept")], ids=["live", "recorded"])
def test_a_killed_run_leaves_no_browser_and_goes_on(
    recorded: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBWALKER_DATA", str(tmp_path / "q.jsonl"))
    going = threading.Event()
    page = html("<p>Here.</p>")

    def hanging() -> Answer:
        going.wait(60)
        return page

    with serving({"/0/": page, "/1/": hanging, "/2/": page}) as site:
        (tmp_path / "q.jsonl").write_text("\n".join(question(n, site.address) for n in range(3)))
        web = ("-T", "pages=browser", "-T", f"allow={site.place}", "-T", "interval=0", *recorded)
        command = ("eval", "webwalker", "--method", "no_skill", "--model", "oracle", "--panel", "main", *web,
                   "--workers", "1", "--no-log", "--json", "--name", "r")  # fmt: skip
        mark = f"SKILLEVO_TEST_MARK={tmp_path}"
        env = {**os.environ, **dict([mark.split("=", 1)])}
        run = subprocess.Popen(
            [sys.executable, "-m", "skillevo.harness.cli", *command], cwd=tmp_path, env=env, stderr=subprocess.DEVNULL
        )
        try:
            until(lambda: "/1/" in site.asked or run.poll() is not None, 60)
            started = {*descendants(run.pid), *with_variable(mark)}
            assert sum("chromium" in p.command for p in started) > 3, "a browser is at work"
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            until(lambda: not any(p.lives() for p in {*started, *with_variable(mark)}), 15)
        finally:
            run.kill()
            going.set()
        asked = len(site.asked)
        result = json.loads(skillevo(*command, cwd=tmp_path).stdout)
        assert (result["episodes"], result["success"]) == (3, 1.0)
        assert [p for p in site.asked[asked:] if p.endswith("/")] == ["/1/", "/2/"], "what was finished stays so"
    assert [e["error"] for e in episodes(tmp_path / "runs" / "r")] == [""] * 3
