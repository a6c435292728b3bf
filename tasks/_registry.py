"""What Inspect finds through the package's entry point."""

from skillevo.tasks._provider import pocket
from skillevo.tasks._scorer import verdict
from skillevo.tasks.alfworld import alfworld

__all__ = ["alfworld", "pocket", "verdict"]
