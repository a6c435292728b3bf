"""The published methods and their baselines: one file each, all behind one protocol."""

from skillevo.harness.methods.base import AXES, Frozen, Method, Phase, Record, Reducer, TrainRow
from skillevo.harness.methods.controls import BestOfN, PassAtN
from skillevo.harness.methods.generator import EditRules, Generator
from skillevo.harness.methods.initial import select_initial
from skillevo.harness.methods.no_skill import NoSkill
from skillevo.harness.methods.react import React
from skillevo.harness.methods.recurrence import Recurrence, RecurrenceOptions
from skillevo.harness.methods.skill_r1_inference import SkillR1Inference
from skillevo.harness.methods.static_skill import StaticSkill

METHODS = ("no_skill", "static_skill", "react", "skill_r1_inference", "pass_at_n", "best_of_n")
EVOLVING = ("skill_r1_inference", "pass_at_n", "best_of_n")
"""Methods whose size is a recurrence's: --generations, --candidates, --rollouts; the controls stand beside one."""

__all__ = [
    "AXES",
    "EVOLVING",
    "METHODS",
    "BestOfN",
    "EditRules",
    "Frozen",
    "Generator",
    "Method",
    "NoSkill",
    "PassAtN",
    "Phase",
    "React",
    "Record",
    "Recurrence",
    "RecurrenceOptions",
    "Reducer",
    "SkillR1Inference",
    "StaticSkill",
    "TrainRow",
    "select_initial",
]
