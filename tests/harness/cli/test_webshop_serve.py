"""`skillevo webshop serve`: which shop is served, where, and under which rules."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("jinja2", reason="the site needs the extra web: pip install 'skillevo[web]'")

from skillevo.envs.webshop import site
from skillevo.envs.webshop.catalogue import CATALOGUE, Generated
from skillevo.envs.webshop.importer import import_catalogue
from skillevo.envs.webshop.session import Rules
from skillevo.harness.cli.webshop import app


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Rules, str, int]]:
    calls: list[tuple[Rules, str, int]] = []

    def serve(rules: Rules, host: str, port: int, started) -> None:
        calls.append((rules, host, port))
        started("http://somewhere")

    monkeypatch.setattr(site, "serve", serve)
    monkeypatch.setenv("SKILLEVO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WEBSHOP_DATA", raising=False)
    return calls


def test_by_default_it_is_the_pocket_shop_for_this_machine(served: list[tuple[Rules, str, int]]) -> None:
    told = CliRunner().invoke(app, ["serve", "--tagger", "rule"], catch_exceptions=False).stdout
    ((rules, host, port),) = served
    assert len(rules.shop.store) == len(CATALOGUE)
    assert (host, port, rules.goals.spec.kind, rules.variant) == ("127.0.0.1", 3000, "human", "upstream")
    assert told.startswith("http://somewhere  4,000 products, ")


def test_another_shop_and_other_rules(served: list[tuple[Rules, str, int]], tmp_path: Path) -> None:
    import_catalogue(Generated(1, 40), tmp_path / "shop")
    line = [
        "serve",
        "--data",
        str(tmp_path / "shop"),
        "--variant",
        "options-fixed",
        "--tagger",
        "rule",
        "--env-seed",
        "7",
    ]
    CliRunner().invoke(app, [*line, "--host", "0.0.0.0", "--port", "80"], catch_exceptions=False)
    ((rules, host, port),) = served
    assert len(rules.shop.store) == 40
    assert (host, port, rules.goals.spec.kind, rules.goals.spec.seed) == ("0.0.0.0", 80, "synthetic", 7)
    assert rules.variant == "options-fixed"
