"""The embedded models: how they are made, and the writers that run without torch.

`pocket/ranker` and `pocket/ranker-able` act (harness/policies/ranker); `pocket/writer` writes skills. All three are
made from generated games alone, by `skillevo pocket build`. `pocket/writer-r1` is `pocket/writer` trained by Skill-R1,
by `skillevo train`. The weights come with the package, and beside them stand the command, the seed and the
measurements (weights/pocket.toml). Making them needs the extra `[train]`, using them does not.
"""

from pathlib import Path

from skillevo.envs.base import SkillevoError

WRITER = "pocket/writer"
"""The name of ALFWorld's writer, wherever a generator is asked for."""

WRITER_R1 = "pocket/writer-r1"
"""The same, trained by Skill-R1."""

_WEIGHTS = Path(__file__).parent / "weights"
WRITER_FOLDER = _WEIGHTS / "writer"
"""Its folder in the package; transformers can load it, too."""

WRITERS = {
    WRITER: WRITER_FOLDER,
    WRITER_R1: _WEIGHTS / "writer-r1",
    "pocket/writer-webshop": _WEIGHTS / "writer-webshop",
}
"""The writers that come with the package."""

__all__ = ["WRITER", "WRITERS", "WRITER_FOLDER", "WRITER_R1", "check_writer", "generator_path"]


def check_writer(name: str) -> None:
    """Refuse, in a plan, a writer of ours that there is not; any other generator may be fetched later."""
    if name.startswith("pocket/") and not Path(generator_path(name.partition("+")[0])).exists():
        raise SkillevoError(f"there is no writer {name!r}; there are {', '.join(WRITERS)}")


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
