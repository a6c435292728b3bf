"""From a generator's name to a generator, and to what it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.base import Panel, SkillevoError
from skillevo.envs.checks import check_amount, check_whole
from skillevo.harness.methods import TRAINED, FromBank, Generator, Method, Training, read_training
from skillevo.harness.pocket import WRITERS, generator_path
from skillevo.harness.policies import EMBEDDED

_LOCAL_OPTIONS = ("temperature", "max_tokens")


def make_generator(
    name: str,
    options: Mapping[str, str | int | float] | None = None,
    price: tuple[float, float] | None = None,
) -> Generator:
    """A generator by name: a shipped writer, a model's folder, `FOLDER+ADAPTER` with LoRA, or an Inspect model.

    A folder of the pocket writer's kind is read without torch.

    Args:
        options: Inspect's generation options; of these a local model takes `temperature` and `max_tokens`.
        price: US dollars per million tokens in and out, where Inspect does not know them.

    Raises:
        SkillevoError: it cannot be used.
    """
    given = dict(options or {})
    model, adapter = _folders(name)
    if model.is_dir():
        return _local(name, model, adapter, given, price)
    if name[:1] in ("/", ".", "~") or (adapter is not None and adapter.is_dir()):
        raise SkillevoError(f"there is no folder {model}: a local generator is a folder that transformers can load")
    if "/" not in name:
        raise SkillevoError(
            f"{name!r} is no generator: give a folder with a transformers model (FOLDER+ADAPTER with a LoRA adapter), "
            f"{', '.join(WRITERS)}, or an Inspect model string such as openai/gpt-4o-mini"
        )
    from skillevo.harness.methods.inspect_generator import InspectGenerator
    from skillevo.harness.policies.inspect_calls import Price

    return InspectGenerator(name, given, Price(*price) if price else None)


def is_priced(name: str, options: Sequence[str]) -> bool:
    """Whether what a model costs is known: its price is stated, or it runs here and costs nothing."""
    here = name in EMBEDDED or name.startswith("pocket/") or _folders(name)[0].is_dir()
    return here or any(o.partition("=")[0].strip() == "price_in" for o in options)


def training_of(name: str) -> Training | None:
    """What a generator's checkpoint says that it was trained on; None where it says nothing: an untrained model.

    Raises:
        DataError: what it says is damaged.
    """
    model, adapter = _folders(name)
    return read_training([f for f in (adapter, model) if f is not None and f.is_dir()])


def mark_weights(method: Method, training: Training | None, panel: Panel) -> list[str]:
    """Record on the axis `weights` whether the generator was trained on instances that it is to be scored on.

    Returns:
        What a person should be told.
    """
    notes: list[str] = []
    if training is None:
        return notes
    if method.name in TRAINED and method.name != training.method:
        notes.append(f"the generator was trained by {training.method} and is evaluated as {method.name}")
    if seen := training.seen(panel):
        if isinstance(method, FromBank):
            method.axes = {**method.axes, "weights": "seen"}
        notes.append(
            f"the generator was trained on {seen:,} of these {len(panel):,} instances, or chosen by them (panel "
            f"{training.panel}): recorded as weights = seen"
        )
    return notes


def _folders(name: str) -> tuple[Path, Path | None]:
    model, _, adapter = generator_path(name).partition("+")
    return Path(model).expanduser(), Path(adapter).expanduser() if adapter else None


def _local(
    name: str, model: Path, adapter: Path | None, given: dict[str, str | int | float], price: tuple[float, float] | None
) -> Generator:
    from skillevo.harness.pocket.writer import PocketWriter, fits

    if unknown := sorted(set(given) - set(_LOCAL_OPTIONS)):
        raise SkillevoError(f"a local generator takes {' and '.join(_LOCAL_OPTIONS)}, not {unknown[0]!r} ({name})")
    if price is not None:
        raise SkillevoError(f"a local generator has no price per token ({name})")
    chosen: dict[str, Any] = {}
    if "temperature" in given:
        check_amount("-G temperature", given["temperature"], zero=False)
        chosen["temperature"] = float(given["temperature"])
    if "max_tokens" in given:
        check_whole("-G max_tokens", given["max_tokens"])
        chosen["max_new_tokens"] = given["max_tokens"]
    if adapter is None and fits(model):
        return PocketWriter(model if name in WRITERS else model.resolve(), **chosen)
    from skillevo.harness.methods.local_generator import LocalGenerator

    return LocalGenerator(model, adapter, **chosen)
