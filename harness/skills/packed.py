"""Many skills as one file: what a run kept, small enough to be committed.

Gzipped JSON lines, one skill each, in the order of their ids. The same skills give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from skillevo.envs.base import DataError
from skillevo.harness.skills.skill import Skill

PACKED = "skills.jsonl.gz"


def pack_skills(skills: Iterable[Skill], path: Path) -> Path:
    """Write skills to one file."""
    lines = [json.dumps(s.as_dict(), ensure_ascii=False) for s in sorted(skills, key=lambda s: s.id)]
    # Without a time and a name in its head, equal content is an equal file.
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    return path


def unpack_skills(path: Path) -> list[Skill]:
    """Read them back, with their versions, parents and provenance.

    Raises:
        DataError: the file is damaged, or a line is no skill, or not the one whose id it bears.
    """
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        given = [json.loads(line) for line in lines]
        skills = [Skill.from_dict(one) for one in given]
        if changed := next((one["id"] for one, skill in zip(given, skills, strict=True) if one["id"] != skill.id), ""):
            raise ValueError(f"{changed} was changed by hand")
        return skills
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as e:
        raise DataError(f"{path} is no file of skills: {e}") from None
