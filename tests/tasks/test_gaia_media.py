"""Pictures and sound of GAIA's questions as a model gets them: the bytes themselves."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import ChatMessageUser, get_model
from model_server import Messages, ModelServer, model_server

from skillevo.envs.base import Attachment
from skillevo.envs.gaia import load_panel
from skillevo.envs.gaia.documents import media_type
from skillevo.envs.gaia.panels import attachments_of
from skillevo.harness.cli.main import app
from skillevo.harness.policies.inspect_chat import with_attachments

pytest.importorskip("openai", reason="Inspect's openai-api provider needs the openai package")


def answer(_: Messages) -> tuple[str, dict[str, str]]:
    return "answer", {"answer": "7"}


def pictures(message: dict[str, Any]) -> list[bytes]:
    parts = message["content"] if isinstance(message["content"], list) else []
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setattr("inspect_ai.model._model._models", {})  # a model that is kept would ask the last test's server
    with model_server(answer) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.mark.parametrize("prompt", ["tools", "zeroshot-tags"])
def test_a_model_is_sent_the_picture_itself(prompt: str, server: ModelServer, tmp_path: Path) -> None:
    panel = list(load_panel("pocket-test"))
    at = next(i for i, instance in enumerate(panel) if instance.tags["file"] == "png")
    (path,) = attachments_of(panel[at]).values()
    run = ("eval", "gaia", "--method", "no_skill", "--model", "openai-api/nearby/looker", "--limit", str(at + 1))
    options = ("-T", "sandbox=none", "-T", f"prompt={prompt}", "-T", "step_cap=2", "--no-log", "--json")
    app([*run, *options, "--runs", str(tmp_path), "--name", "r"], standalone_mode=False)
    sent = [found for asked in server.asked for m in asked["messages"] if (found := pictures(m))]
    assert sent and all(found == [path.read_bytes()] for found in sent)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.png", "a.jpg"])
def test_every_kind_arrives(name: str, server: ModelServer, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(bytes(range(256)))
    content = with_attachments("Look, or listen.", [Attachment(str(file), media_type(file))])
    asyncio.run(get_model("openai-api/nearby/looker", memoize=False).generate([ChatMessageUser(content=content)]))
    (asked,) = server.asked
    assert base64.b64encode(file.read_bytes()).decode() in json.dumps(asked["messages"])
