"""What a trained arm's settings are: its own, and those of the training that its generator came of.

An evaluation's run.toml names a checkpoint, which says after how many steps it was kept and nothing of how it was
trained. The suite knows which training an arm evaluates, and the training's run.toml has its credit mode, its λ and all
else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skillevo.harness.report.arms import OF_WEIGHTS, Arm, differing

PREFIX = "training"


def full_settings(
    arms: Sequence[Arm], trainings: Mapping[str, str], trained: Sequence[Arm]
) -> dict[str, Mapping[str, str]]:
    """Each arm's settings by its label.

    Of a trained arm, the checkpoint's name gives way to what tells its training from the other arms' trainings; where
    the training is not among the runs, to the training's name alone.

    Args:
        trainings: arm -> training, as a suite has it.
        trained: the arms of training runs.
    """
    known = {arm.label: found for arm in arms if (found := training_of(arm, trainings, trained))}
    told = differing([t.settings for t in known.values()])
    full: dict[str, Mapping[str, str]] = {}
    for arm in arms:
        config = arm.runs[0].config
        if not config.get("arm") or PREFIX not in config:
            full[arm.label] = arm.settings
            continue
        own = {k: v for k, v in arm.settings.items() if k not in OF_WEIGHTS and not k.startswith(f"{PREFIX}.")}
        if (training := known.get(arm.label)) is None:
            own[PREFIX] = trainings.get(str(config["arm"]), arm.label)
        else:
            own |= {f"{PREFIX}.{k}": training.settings.get(k, "unset") for k in told}
        full[arm.label] = own
    return full


def training_of(arm: Arm, trainings: Mapping[str, str], trained: Sequence[Arm]) -> Arm | None:
    """The training that an arm evaluates; None where there is none, or it is not among the runs."""
    name = trainings.get(str(arm.runs[0].config.get("arm", "")), "")
    same = (t for t in trained if t.runs[0].config.get("arm") == name and t.model == arm.model)
    return next(same, None) if name else None
