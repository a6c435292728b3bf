"""The published methods and their baselines: one file each, all behind one protocol."""

from skillevo.harness.methods.base import AXES, Frozen, Method, Phase, Record, Reducer, TrainRow
from skillevo.harness.methods.controls import BestOfN, PassAtN
from skillevo.harness.methods.generator import EditRules, Generator
from skillevo.harness.methods.grpo import Grpo
from skillevo.harness.methods.initial import BankOptions, FromBank, InitialBank
from skillevo.harness.methods.no_skill import NoSkill
from skillevo.harness.methods.react import React
from skillevo.harness.methods.recurrence import Recurrence, RecurrenceOptions
from skillevo.harness.methods.skill_r1 import SkillR1
from skillevo.harness.methods.skill_r1_inference import SkillR1Inference
from skillevo.harness.methods.static_skill import StaticSkill
from skillevo.harness.methods.training import Training, read_training

EVOLVING = ("skill_r1", "skill_r1_inference", "grpo", "pass_at_n", "best_of_n")
"""Methods whose size is a recurrence's: --generations, --candidates, --rollouts; the controls stand beside one."""

TRAINED = ("skill_r1", "grpo")
"""Methods whose generator is trained: its checkpoint says on what."""

METHODS = ("no_skill", "static_skill", "react", *EVOLVING)

__all__ = [
    "AXES",
    "EVOLVING",
    "METHODS",
    "TRAINED",
    "BankOptions",
    "BestOfN",
    "EditRules",
    "FromBank",
    "Frozen",
    "Generator",
    "Grpo",
    "InitialBank",
    "Method",
    "NoSkill",
    "PassAtN",
    "Phase",
    "React",
    "Record",
    "Recurrence",
    "RecurrenceOptions",
    "Reducer",
    "SkillR1",
    "SkillR1Inference",
    "StaticSkill",
    "TrainRow",
    "Training",
    "read_training",
]
