"""What plays, evolves, trains and reports. Imports envs; never tasks (but for `harness.cli`)."""
