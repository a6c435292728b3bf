"""Keys and values that grow in place: the library's own cache copies all of itself for every token."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers.cache_utils import DynamicLayer


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """One layer's keys and values, (B, heads, S, D), with room for more behind them."""

    def __init__(self, keys: Tensor, values: Tensor, room: int) -> None:
        super().__init__()
        self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True
        b, h, n, d = keys.shape
        self._keys, self._values = keys.new_empty((b, h, n + room, d)), values.new_empty((b, h, n + room, d))
        self._keys[:, :, :n], self._values[:, :, :n] = keys, values
        self._show(n)

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        n = self.keys.shape[-2]
        m = n + key_states.shape[-2]
        self._keys[:, :, n:m], self._values[:, :, n:m] = key_states, value_states
        self._show(m)
        return self.keys, self.values

    def batch_select_indices(self, indices: Tensor) -> None:
        n = self.keys.shape[-2]
        self._keys, self._values = self._keys[indices], self._values[indices]
        self._show(n)

    def _show(self, n: int) -> None:
        self.keys, self.values = self._keys[:, :, :n], self._values[:, :, :n]


def make_room(cache: Any, indices: Tensor, room: int) -> None:
    """Keep these rows of a cache, some of them several times, and give each layer room for `room` more tokens.

    Layers of another kind (sliding windows and the like) keep growing as the library has it.
    """
    for k, layer in enumerate(cache.layers):
        if type(layer) is DynamicLayer:
            cache.layers[k] = RoomyLayer(layer.keys[indices], layer.values[indices], room)
        else:
            layer.batch_select_indices(indices)
