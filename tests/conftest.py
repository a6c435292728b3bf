"""What every test shares: tests that need something which this machine lacks are skipped, with the way to get it."""

import importlib.util
import os
import shutil
import signal

import pytest
from hypothesis import settings

# The same examples in every run, and no verdict on how fast a shared machine happens to be.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def _installed(*modules: str) -> bool:
    return all(importlib.util.find_spec(module) for module in modules)


def _missing(marker: str) -> str:
    """Why tests with this marker cannot run here; empty where they can."""
    if marker == "official" and not (os.environ.get("SKILLEVO_OFFICIAL_PYTHON") or _installed("alfworld", "textworld")):
        return "alfworld and textworld are not installed: make test-official"
    if marker == "vllm" and not os.environ.get("SKILLEVO_VLLM"):
        return "no vLLM server to start: make test-vllm"
    if marker == "browser" and not _installed("playwright"):
        return "playwright is not installed: pip install 'skillevo[browser]'"
    if marker == "browser" and not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return "no Chromium found: apt install chromium"
    return ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers():
        if reason := _missing(marker.name):
            pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """What a shell starts in the background ignores SIGINT, and so would whatever a test starts and interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
