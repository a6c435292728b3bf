"""The embedded models: how they are made, and the writers that run without torch.

`pocket/ranker` and `pocket/ranker-able` act (harness/policies/ranker); `pocket/writer` writes skills. All three are
made from generated games alone, by `skillevo pocket build`. `pocket/writer-r1` is `pocket/writer` trained by Skill-R1,
by `skillevo train`. The weights come with the package, and beside them stand the command, the seed and the
measurements (weights/pocket.toml). Making them needs the extra `[train]`, using them does not.
"""

from pathlib import Path

WRITER = "pocket/writer"
"""The writer's name, wherever a generator is asked for."""

WRITER_R1 = "pocket/writer-r1"
"""The trained writer's name."""

_WEIGHTS = Path(__file__).parent / "weights"
WRITERS = {WRITER: _WEIGHTS / "writer", WRITER_R1: _WEIGHTS / "writer-r1"}
"""The folders of the writers that come with the package; transformers can load them, too."""

WRITER_FOLDER = WRITERS[WRITER]

__all__ = ["WRITER", "WRITERS", "WRITER_FOLDER", "WRITER_R1", "generator_path"]


def generator_path(name: str) -> str:
    """A generator's folder by name: a shipped one's, any other name as it is."""
    return str(WRITERS.get(name, name))
