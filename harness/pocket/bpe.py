"""The pocket writer's tokenizer without its library: byte-level BPE read from tokenizer.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import regex

from skillevo.envs.base import DataError

_KEPT_PIECES = 50_000


class Tokenizer:
    """Text to token ids and back; covers any text.

    Args:
        vocabulary: token to id, tokens in the byte alphabet of byte-level BPE.
        merges: pairs in the order in which they are merged.
        pieces: the pattern that a text is cut by before anything is merged.
        special: tokens that stand for themselves in a text, and are left out of a decoded one.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        merges: Sequence[tuple[str, str]],
        pieces: str,
        special: Mapping[str, int],
    ) -> None:
        self._vocabulary = vocabulary
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self._pieces = regex.compile(pieces)
        self._special = dict(special)
        self._split = regex.compile("(" + "|".join(map(regex.escape, special)) + ")") if special else None
        self._bytes = {i: bytes(_BYTE_OF[c] for c in t) for t, i in vocabulary.items() if t not in special}
        self._known: dict[str, list[int]] = {}

    @classmethod
    def load(cls, folder: Path) -> Tokenizer:
        """Read a folder's tokenizer.json.

        Raises:
            DataError: it is missing, damaged, or of another kind than byte-level BPE.
        """
        path = folder / "tokenizer.json"
        try:
            file = json.loads(path.read_text("utf-8"))
            model, (split, byte_level) = file["model"], file["pre_tokenizer"]["pretokenizers"]
            fits = (model["type"], split["type"], byte_level["type"]) == ("BPE", "Split", "ByteLevel")
            if not fits or byte_level["use_regex"] or byte_level["add_prefix_space"]:
                raise ValueError("it is no byte-level BPE of the pocket kind")
            merges = [(a, b) for a, b in (m.split(" ") if isinstance(m, str) else m for m in model["merges"])]
            special = {t["content"]: t["id"] for t in file["added_tokens"]}
            return cls(model["vocab"], merges, split["pattern"]["Regex"], special)
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise DataError(f"{path} cannot be read as the pocket writer's tokenizer: {e}") from None

    def encode(self, text: str) -> list[int]:
        """Token ids of a text."""
        parts = self._split.split(text) if self._split else [text]
        ids: list[int] = []
        for part in parts:
            if part in self._special:
                ids.append(self._special[part])
            else:
                for piece in self._pieces.findall(part):
                    ids += self._merge(piece)
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids; special ones are left out, broken characters replaced."""
        return b"".join(self._bytes.get(i, b"") for i in ids).decode("utf-8", "replace")

    def _merge(self, piece: str) -> list[int]:
        known = self._known.get(piece)
        if known is not None:
            return known
        tokens = [_alphabet()[b] for b in piece.encode("utf-8")]
        while len(tokens) > 1:
            ranked = [(self._ranks.get(pair, len(self._ranks)), i) for i, pair in enumerate(pairwise(tokens))]
            rank, at = min(ranked)
            if rank == len(self._ranks):
                break
            tokens[at : at + 2] = [tokens[at] + tokens[at + 1]]
        ids = [self._vocabulary[t] for t in tokens]
        if len(self._known) < _KEPT_PIECES:
            self._known[piece] = ids
        return ids


@cache
def _alphabet() -> tuple[str, ...]:
    """The printable character that stands for each byte (GPT-2's): itself, or one beyond 255 for the others."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return tuple(chr(b) if b in plain else chr(next(others)) for b in range(256))


_BYTE_OF = {c: b for b, c in enumerate(_alphabet())}
