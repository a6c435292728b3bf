"""The published methods and their baselines: one file each, all behind one protocol."""

from skillevo.harness.methods.base import Frozen, Method, Phase, Record, TrainRow
from skillevo.harness.methods.no_skill import NoSkill
from skillevo.harness.methods.react import React
from skillevo.harness.methods.static_skill import StaticSkill

METHODS = ("no_skill", "static_skill", "react")

__all__ = ["METHODS", "Frozen", "Method", "NoSkill", "Phase", "React", "Record", "StaticSkill", "TrainRow"]
