"""Skills: SKILL.md documents in the agentskills.io format, with an id that names their content.

A skill is a folder holding SKILL.md: YAML front matter with `name` and `description`, then a Markdown
body. Other agents read the same folders. Beside it, lineage.json says which version it is and what it was made from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import DataError, content_digest
from skillevo.harness.play import SkillText
from skillevo.harness.skills.provenance import UNKNOWN, Provenance

if TYPE_CHECKING:
    from inspect_ai.tool import Skill as InspectSkill

SKILL_FILE = "SKILL.md"
LINEAGE_FILE = "lineage.json"
LARGEST_FILE = 1_000_000
"""Bytes of a SKILL.md: many times what a model can be shown, and little enough to read without care."""
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST_NAME, _LONGEST_DESCRIPTION = 64, 1024


@dataclass(frozen=True)
class Skill:
    """A natural-language procedure.

    Attributes:
        name: lower-case words joined by hyphens, at most 64 characters; the folder's name.
        description: when to use it, at most 1,024 characters.
        body: the procedure, in Markdown.
        version: 1 for a skill as it was first written; each rewriting adds one.
        parent: id of the skill that this one was rewritten from; empty for a first one.
        provenance: what it was made from.
        extra: further front matter (licence, metadata), kept as it is.
    """

    name: str
    description: str
    body: str
    version: int = 1
    parent: str = ""
    provenance: Provenance = UNKNOWN
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) or len(self.name) > _LONGEST_NAME:
            raise DataError(
                f"a skill's name is lower-case letters, digits and single hyphens, at most {_LONGEST_NAME} "
                f"characters; {self.name!r} is not"
            )
        if not self.description.strip() or len(self.description) > _LONGEST_DESCRIPTION:
            raise DataError(f"skill {self.name!r} needs a description of 1 to {_LONGEST_DESCRIPTION} characters")
        if not self.body.strip():
            raise DataError(f"skill {self.name!r} has an empty body: there is nothing to follow")

    @cached_property
    def id(self) -> str:
        """`name@digest` over name, description and body: equal text, equal id."""
        return f"{self.name}@{content_digest((self.name, self.description, self.body))[:12]}"

    def rewritten(self, body: str, description: str, provenance: Provenance) -> Skill:
        """The next version: this skill's name, a new text, and the line of descent."""
        return Skill(self.name, description, body, self.version + 1, self.id, provenance, self.extra)

    def lineage(self) -> Mapping[str, Any]:
        """What stands beside the SKILL.md: id, version, parent, provenance."""
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "parent": self.parent,
            "provenance": self.provenance.as_dict(),
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it; `from_dict` gives the same skill back."""
        return {**self.lineage(), "description": self.description, "body": self.body, "extra": dict(self.extra)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Skill:
        rest = {k: given[k] for k in ("name", "description", "body", "version", "parent", "extra")}
        return cls(**rest, provenance=Provenance.from_dict(given["provenance"]))

    def shown(self) -> SkillText:
        return SkillText(self.id, self.name, self.description, self.body)

    def to_markdown(self) -> str:
        """The SKILL.md text; `parse_skill` gives the same skill back."""
        import yaml

        front = {"name": self.name, "description": self.description, **self.extra}
        head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1_000_000)
        return f"---\n{head}---\n\n{self.body.strip()}\n"

    def write(self, folder: Path) -> Path:
        """Write `folder/<name>/SKILL.md` and its lineage.json; a file appears only when it is whole."""
        home = folder / self.name
        home.mkdir(parents=True, exist_ok=True)
        # The lineage first: a SKILL.md without the one that belongs to it would lose where it comes from.
        _write_whole(home / LINEAGE_FILE, json.dumps(self.lineage(), indent=2) + "\n")
        return _write_whole(home / SKILL_FILE, self.to_markdown())

    def to_inspect(self) -> InspectSkill:
        """As Inspect's own Skill (imports Inspect)."""
        from inspect_ai.tool import Skill as InspectSkill

        return InspectSkill(name=self.name, description=self.description, instructions=self.body)


def parse_skill(text: str, where: str = "the skill") -> Skill:
    """Read a SKILL.md text.

    Raises:
        DataError: no front matter, unreadable YAML, or a missing or malformed field.
    """
    import yaml

    found = _FRONT.match(text.removeprefix("\ufeff"))
    if found is None:
        raise DataError(f"{where} has no front matter: a SKILL.md begins with `---`, name:, description:, `---`")
    try:
        # libyaml's own reader, where it is there: a report reads skills by the thousand.
        front = yaml.load(found[1], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except RecursionError:
        raise DataError(f"{where} has front matter that is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as e:  # ValueError: a date or number that YAML finds and Python does not make
        raise DataError(f"{where} has front matter that is not YAML: {' '.join(str(e).split())}") from None
    if not isinstance(front, dict):
        raise DataError(f"{where} has front matter without fields: it needs name and description")
    missing = [k for k in ("name", "description") if not isinstance(front.get(k), str)]
    if missing:
        raise DataError(f"{where} lacks {' and '.join(missing)} in its front matter")
    extra = {k: v for k, v in front.items() if k not in ("name", "description")}
    body = text.removeprefix("\ufeff")[found.end() :].strip()
    try:
        return Skill(front["name"], " ".join(front["description"].split()), body, extra=extra)
    except DataError as e:
        raise DataError(f"{where}: {e}") from None


def load_skill(path: Path | str) -> Skill:
    """Read a skill from its folder or its SKILL.md, with the lineage that stands beside it.

    A SKILL.md that is not the text which its lineage speaks of was changed by hand: it is the next version, and
    still made from what the lineage says, but not known to be made from nothing else.

    Raises:
        DataError: there is none, it is not text, larger than `LARGEST_FILE`, or malformed.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        if not (file / SKILL_FILE).exists():
            raise DataError(f"{file} is no skill: a skill is a folder with a {SKILL_FILE} in it, and it has none")
        file = file / SKILL_FILE
    skill = parse_skill(_read(file), str(file))
    lineage = file.parent / LINEAGE_FILE
    return _with_lineage(skill, _read(lineage), lineage) if lineage.exists() else skill


def load_skills(path: Path | str) -> tuple[Skill, ...]:
    """Read one skill, or a bank: a folder of skills' folders, in the order of their names.

    Raises:
        DataError: there is none, or one of them is malformed.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir() or (folder / SKILL_FILE).exists():
        return (load_skill(folder),)
    found = sorted(file.parent for file in folder.glob(f"*/{SKILL_FILE}"))
    if not found:
        raise DataError(f"{folder} holds no skill: neither a {SKILL_FILE} nor folders that have one")
    return tuple(map(load_skill, found))


def write_bank(skills: Sequence[Skill], folder: Path) -> None:
    """Write skills as one bank, a folder each.

    Raises:
        DataError: two of them have the same name.
    """
    names = [s.name for s in skills]
    if twice := {n for n in names if names.count(n) > 1}:
        raise DataError(f"a bank holds one skill of a name; there are several called {', '.join(sorted(twice))}")
    for skill in skills:
        skill.write(folder)


def _with_lineage(skill: Skill, text: str, where: Path) -> Skill:
    try:
        told = json.loads(text)
        provenance = Provenance.from_dict(told["provenance"])
        version, parent, id = int(told["version"]), str(told["parent"]), str(told["id"])
    except (ValueError, KeyError, TypeError) as e:
        raise DataError(f"{where} is no lineage ({e!r}): mend it, or take it away and lose what it says") from None
    if id == skill.id:
        return replace(skill, version=version, parent=parent, provenance=provenance)
    return replace(skill, version=version + 1, parent=id, provenance=replace(provenance, author="file", known=False))


def _read(file: Path) -> str:
    try:
        with file.open("rb") as f:
            raw = f.read(LARGEST_FILE + 1)
    except OSError as e:
        raise DataError(f"cannot read the skill {file}: {e.strerror}") from None
    if len(raw) > LARGEST_FILE:
        raise DataError(f"{file} is larger than {LARGEST_FILE:,} bytes, the most that a skill may have")
    try:
        # With the line ends of every system, and the mark that some editors put first.
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise DataError(f"{file} is not a text file in UTF-8") from None


def _write_whole(path: Path, text: str) -> Path:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    return part.replace(path)
