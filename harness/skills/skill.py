"""Skills: SKILL.md documents in the agentskills.io format, with an id that names their content.

A skill is a folder holding SKILL.md: YAML front matter with `name` and `description`, then a Markdown
body. Other agents read the same folders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import DataError, content_digest
from skillevo.harness.play import SkillText
from skillevo.harness.skills.provenance import Provenance

if TYPE_CHECKING:
    from inspect_ai.tool import Skill as InspectSkill

SKILL_FILE = "SKILL.md"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST_NAME, _LONGEST_DESCRIPTION = 64, 1024


@dataclass(frozen=True, slots=True)
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
    provenance: Provenance = field(default_factory=Provenance)
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

    @property
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

    def shown(self) -> SkillText:
        return SkillText(self.id, self.name, self.description, self.body)

    def to_markdown(self) -> str:
        """The SKILL.md text; `parse_skill` gives the same skill back."""
        import yaml

        front = {"name": self.name, "description": self.description, **self.extra}
        head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1_000_000)
        return f"---\n{head}---\n\n{self.body.strip()}\n"

    def write(self, folder: Path) -> Path:
        """Write `folder/<name>/SKILL.md`; the file appears only when it is whole."""
        home = folder / self.name
        home.mkdir(parents=True, exist_ok=True)
        target = home / SKILL_FILE
        part = target.with_suffix(".part")
        part.write_text(self.to_markdown(), "utf-8")
        part.replace(target)
        return target

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
        front = yaml.safe_load(found[1])
    except yaml.YAMLError as e:
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
    """Read a skill from its folder or its SKILL.md.

    Raises:
        DataError: there is none, it is not text, or it is malformed.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        file = file / SKILL_FILE
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{file} is not a text file in UTF-8") from None
    except OSError as e:
        raise DataError(f"cannot read the skill {file}: {e.strerror}") from None
    return parse_skill(text, str(file))
