"""The command line: one module per verb. The only part of harness that may import tasks."""

from skillevo.harness.cli.main import main

__all__ = ["main"]
