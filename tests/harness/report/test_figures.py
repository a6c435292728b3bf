"""Figures: what is drawn is what is defined, arms look alike in all of them, and every eye tells them apart."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from skillevo.harness.report.arms import Arm
from skillevo.harness.report.build import Report
from skillevo.harness.report.figure import MOST, Figure, Panel, Series
from skillevo.harness.report.figures import edits_figure
from skillevo.harness.report.lineage import edits_of
from skillevo.harness.report.looks import COLOURS, looks_of, report_looks
from skillevo.harness.report.marks import DARK, LIGHT, spread
from skillevo.harness.report.plots import _compose, _names

# Machado et al. (2009), severity 1: what protanopes, deuteranopes and tritanopes see of linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Björn Ottosson's space, in which distances are about what is seen."""
    lms = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(rgb, 0, 1)
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ lms
    )


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_are_told_apart_by_every_eye(sight: str) -> None:
    seen = [oklab(np.array(SIGHT[sight]) @ linear(c)) for c in COLOURS]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) > 0.055


@pytest.mark.parametrize("ground", [LIGHT.ground, DARK.ground])
def test_colours_stand_off_from_the_ground(ground: str) -> None:
    for colour in COLOURS:
        low, high = sorted((luminance(colour), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) > 1.9


def test_no_two_arms_look_alike() -> None:
    looks = looks_of([(f"arm {i}", f"arm {i}") for i in range(3 * MOST)])
    assert len(set(looks.values())) == 3 * MOST
    first = [*looks.values()][:MOST]
    assert len({x.colour for x in first}) == len({x.marker for x in first}) == MOST
    # Two that share a colour are told apart by the marker, and by the dashes where there is no marker.
    for one, other in itertools.combinations(looks.values(), 2):
        assert one.colour != other.colour or (one.marker != other.marker and one.dash != other.dash)


def test_a_method_keeps_its_colour_under_every_model() -> None:
    names = [(f"{m} · {model}", m) for model in ("4B", "8B", "14B") for m in ("no_skill", "grpo")]
    looks = looks_of(names)
    assert len(set(looks.values())) == len(names)
    assert {looks[label].colour for label, m in names if m == "grpo"} == {looks["grpo · 4B"].colour}
    assert looks["no_skill · 4B"].colour != looks["grpo · 4B"].colour


def test_all_figures_of_a_report_share_one_assignment(report: Report) -> None:
    first = report.figures[0].looks
    assert set(first) == {a.label for a in report.arms}
    assert all(f.looks == first for f in report.figures)


def test_a_training_looks_like_the_arm_that_evaluates_it(report: Report) -> None:
    def named(arm: Arm, label: str) -> Arm:
        run = arm.runs[0]
        model = {"name": "m"}
        return replace(arm, label=label, runs=(replace(run, config={**run.config, "arm": label, "model": model}),))

    played = next(a for a in report.arms if a.runs[0].command == "eval")
    trained = next(a for a in report.arms if a.runs[0].command != "eval")
    other, arm, training = named(played, "other"), named(played, "mine"), named(trained, "t")
    looks = report_looks([other, arm], [training], {"mine": "t"})
    assert looks["t"] == looks["mine"] != looks["other"]


def test_what_is_not_drawn_is_said() -> None:
    series = tuple(Series(f"arm {i}", (0.0, 1.0), (0.1, 0.2)) for i in range(MOST + 2))
    mean = Series("mean", (0.0,), (0.1,), style="mean")
    figure = Figure("many", "Many", (Panel("many", "x", "y", (*series, mean)),))
    assert figure.undrawn == (f"arm {MOST}", f"arm {MOST + 1}")
    assert "mean" in _names(figure) and len(_names(figure)) == MOST + 1


def test_budgets_are_steps_as_they_are_defined(report: Report) -> None:
    figure = next(f for f in report.figures if f.id.startswith("spent-"))
    series = [s for p in figure.panels for s in p.series if len(s.x) > 1]
    assert series and all(s.style == "steps" for s in series)
    lines = [line for ax in _compose(figure, LIGHT).axes for line in ax.lines if len(line.get_xdata()) > 1]
    assert lines and all(line.get_drawstyle() == "steps-post" for line in lines)


def test_points_of_one_cost_are_drawn_apart_and_no_farther_than_they_must() -> None:
    found = spread([4.0, 4.0, 9.0, 12.0, 12.0, 12.0], 1.0)
    assert np.allclose(found, [3.5, 4.5, 9.0, 11.0, 12.0, 13.0])
    assert np.allclose(spread([1.0, 5.0], 1.0), [1.0, 5.0])


def test_pass_at_n_is_not_on_the_frontier(report: Report) -> None:
    several = {a.label for a in report.arms if a.any_of}
    figures = [f for f in report.figures if f.id.startswith("frontier-")]
    assert several and any("pass@N is no method" in f.caption for f in figures)
    assert not several & {s.name for f in figures for p in f.panels for s in p.series}


def test_edits_are_a_cloud_with_means_and_none_is_lost(report: Report) -> None:
    edits = [(a.label, e) for a in report.arms for r in a.runs if r.command == "eval" for e in edits_of(r)]
    few, many = edits_figure(edits[:20], 20), edits_figure(edits, len(edits))
    assert few and [s.style for s in few.panels[0].series] == ["points"] * len({n for n, _ in edits[:20]})
    assert many and [p.title for p in many.panels] == ["Every edit", "Means by method"]
    cloud = [s for s in many.panels[0].series if s.style == "cloud"]
    assert sum(len(s.x) for s in cloud) == len(edits) and not {s.name for s in cloud} - {
        s.name for s in many.panels[1].series
    }
    for s in many.panels[1].series:
        own = [e.gain for n, e in edits if n == s.name]
        assert min(own) <= min(y for y in s.y if y is not None) <= np.mean(own)
