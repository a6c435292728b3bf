"""What Inspect finds through the package's entry point."""

from skillevo.tasks._provider import pocket
from skillevo.tasks._scorer import verdict
from skillevo.tasks.alfworld import alfworld
from skillevo.tasks.gaia import gaia
from skillevo.tasks.webshop import webshop
from skillevo.tasks.webwalker import webwalker

__all__ = ["alfworld", "gaia", "pocket", "verdict", "webshop", "webwalker"]
