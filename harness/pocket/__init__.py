"""The embedded models: how they are made, and the writer that runs without torch.

`pocket/ranker` and `pocket/ranker-able` act (harness/policies/ranker); `pocket/writer` writes skills. All three are
made from generated games alone, by `skillevo pocket build`; the weights come with the package, and beside them stand
the command, the seed and the measurements (weights/pocket.toml). Building needs the extra `[train]`, using them does
not.
"""

from pathlib import Path

from skillevo.envs.base import SkillevoError

WRITER = "pocket/writer"
"""The name of ALFWorld's writer, wherever a generator is asked for."""

_WEIGHTS = Path(__file__).parent / "weights"
WRITER_FOLDER = _WEIGHTS / "writer"
"""Its folder in the package; transformers can load it, too."""

WRITERS = {WRITER: WRITER_FOLDER, "pocket/writer-webshop": _WEIGHTS / "writer-webshop"}
"""The writers that come with the package, one for each world."""

__all__ = ["WRITER", "WRITERS", "WRITER_FOLDER", "generator_path"]


def generator_path(name: str) -> str:
    """A generator's folder by name: a shipped one's for a name in `WRITERS`, any other name as it is.

    Raises:
        SkillevoError: it is a writer of ours whose weights are not here.
    """
    folder = WRITERS.get(name)
    if folder is not None and not folder.is_dir():
        kind = name.removeprefix("pocket/")
        raise SkillevoError(
            f"{name} has no weights here: make them with `skillevo pocket build {kind} --out DIR`, and give DIR/{kind}"
        )
    return name if folder is None else str(folder)
