"""`python -m skillevo.harness.cli`."""

from skillevo.harness.cli.main import main

main()
