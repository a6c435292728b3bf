"""The embedded models: how they are made, and the writer that runs without torch.

`pocket/ranker` and `pocket/ranker-able` act (harness/policies/ranker); `pocket/writer` writes skills. All three are
made from generated games alone, by `skillevo pocket build`; the weights come with the package, and beside them stand
the command, the seed and the measurements (weights/pocket.toml). Building needs the extra `[train]`, using them does
not.
"""

from pathlib import Path

WRITER = "pocket/writer"
"""The writer's name, wherever a generator is asked for."""

WRITER_FOLDER = Path(__file__).parent / "weights" / "writer"
"""The folder of the writer that comes with the package; transformers can load it, too."""

__all__ = ["WRITER", "WRITER_FOLDER", "generator_path"]


def generator_path(name: str) -> str:
    """A generator's folder by name: the shipped one's for `pocket/writer`, any other name as it is."""
    return str(WRITER_FOLDER) if name == WRITER else name
