"""A turn as text, so that a trainer can compute the chosen command's probability anew.

JSON with all that the network read: task, skill, the nouns met so far, and the turn's features. A call's `prompt` is
such a text, its `prompt_ids` count the commands that could be given, and its one completion id is the chosen one's
number.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np

from skillevo.envs.base import DataError
from skillevo.harness.policies.ranker.features import Text, Turn, read_text
from skillevo.harness.policies.ranker.readers import Reader, shape_named
from skillevo.harness.policies.ranker.shape import Shape


class Scene(NamedTuple):
    """What an episode's turns share: the text that is read, and the nouns met so far with whether it has them."""

    text: Text
    nouns: tuple[str, ...]
    said: tuple[tuple[bool, bool], ...]
    shape: Shape

    @classmethod
    def of(cls, reader: Reader) -> Scene:
        return cls(
            reader.text, tuple(reader.nouns), tuple(reader.said(i) for i in range(len(reader.nouns))), reader.shape
        )


def write_turn(reader: Reader, turn: Turn) -> str:
    """One turn of an episode, as JSON."""
    return json.dumps(
        {
            "features": reader.shape.version,
            "world": reader.shape.world,
            "task": reader.task,
            "skill": reader.skill,
            "nouns": reader.nouns,
            "said": [list(reader.said(i)) for i in range(len(reader.nouns))],
            "commands": np.stack((turn.verbs, turn.things, turn.places), 1).tolist(),
            "flags": ["".join("01"[bool(f)] for f in row) for row in turn.flags],
            "state": [float(x) for x in turn.state],
            "last": [turn.last, turn.held, turn.here],
        },
        separators=(",", ":"),
    )


def read_turn_text(text: str) -> tuple[Scene, Turn]:
    """What `write_turn` wrote.

    Raises:
        DataError: it is something else, or of another version of the features.
    """
    try:
        found = json.loads(text)
        shape = shape_named(found["world"])
        if found["features"] != shape.version:
            raise ValueError(f"features of version {found['features']}, this is version {shape.version}")
        commands = np.array(found["commands"], np.int64).reshape(-1, 3)
        flags = np.array([[c == "1" for c in row] for row in found["flags"]], np.float32).reshape(-1, shape.flags)
        verbs, things, places = commands.T
        last, held, here = found["last"]
        turn = Turn(verbs, things, places, flags, np.array(found["state"], np.float32), last, held, here)
        said = tuple((bool(t), bool(s)) for t, s in found["said"])
        return Scene(read_text(found["task"], found["skill"]), tuple(found["nouns"]), said, shape), turn
    except (ValueError, KeyError, TypeError) as e:
        raise DataError(f"a call's prompt is no turn of the ranker: {e}") from None
