"""Learning curves of runs: which runs are one line, what it is called, how sure it is.

Letters in shapes: R rows of metrics, S runs that differ in their seed alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.ntuple.config import NTupleConfig
from agents.policy.config import PolicyConfig
from agents.statistics import TILES
from agents.training.history import read_rows
from agents.training.runs import RunError, RunFolder

Array = NDArray[np.float64]

WINDOW = 10
"""Rows over which a curve is smoothed: 1,000 games."""
_LEAST = 5
"""Rows from which a single run has an interval: with fewer it would be wider than the picture."""
PLAYERS: dict[str, type[NTupleConfig] | type[PolicyConfig]]
PLAYERS = {"ntuple": NTupleConfig, "policy": PolicyConfig}
"""Kinds of runs whose rows are of games, and their settings; rows of the others are of epochs."""
_STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045,
)  # fmt: skip
"""Between minus and plus this lies 95% of Student's t with 1, 2, ... degrees of freedom."""


@dataclass(frozen=True)
class RunCurve:
    """The course of one run.

    Attributes:
        run: the folder.
        kind: what learned, as `ntuple` or `mlp`.
        settings: what it was asked for, from config.json.
        rows: its metrics.
    """

    run: RunFolder
    kind: str
    settings: dict[str, Any]
    rows: list[dict[str, Any]]

    @property
    def plays(self) -> bool:
        """Whether it learned from games; else it is a network's run of epochs."""
        return self.kind in PLAYERS


def read_curve(path: Path) -> RunCurve:
    """The course of the run in a folder.

    Raises:
        RunError: if it is no run, has no metrics yet, or other ones than we know.
    """
    run = RunFolder.open(path)
    content = run.read()
    plays = content["kind"] in PLAYERS
    rows = read_rows(run.metrics_path, "games" if plays else "epoch")
    if not rows:
        after = "its first 100 games" if plays else "its first epoch"
        raise RunError(f"{path}: nothing to plot yet (a run has metrics after {after})")
    if not all(map(_has_games if plays else _has_epoch, rows)):
        raise RunError(f"{run.metrics_path}: not the metrics of a run")
    return RunCurve(run, content["kind"], _complete(content["kind"], content["config"]), rows)


def _complete(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings with those that there were not yet when the run was begun: at their defaults."""
    if kind not in PLAYERS:
        return settings
    try:
        return settings | asdict(PLAYERS[kind].from_dict(settings))
    except (TypeError, ValueError):  # of no version that we know
        return settings


def _has_games(row: Mapping[str, Any]) -> bool:
    rates = row.get("tile_rates")
    known = isinstance(rates, dict) and all(_is_number(rates.get(str(tile))) for tile in TILES)
    return known and _is_number(row.get("mean_score"))


def _has_epoch(row: Mapping[str, Any]) -> bool:
    return _is_number(row.get("loss"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


@dataclass(frozen=True)
class Line:
    """Runs that differ in their seed alone.

    Attributes:
        label: what sets them apart from the other lines of the picture.
        runs: one or more.
    """

    label: str
    runs: tuple[RunCurve, ...]

    @property
    def x(self) -> Array:
        """Games or epochs that all of its runs have come to, [R]."""
        return np.array([row[self._counts] for row in self._shared(self.runs[0])], np.float64)

    def values(self, metric: str, tile: str | None = None) -> Array:
        """A metric of all runs, [S, R]; NaN where a row lacks it."""

        def of(row: Mapping[str, Any]) -> float:
            value = row.get(metric, np.nan)
            return value if tile is None else value[tile]

        return np.array([[of(row) for row in self._shared(run)] for run in self.runs], np.float64)

    @property
    def _counts(self) -> str:
        return "games" if self.runs[0].plays else "epoch"

    def _shared(self, run: RunCurve) -> list[dict[str, Any]]:
        return run.rows[: min(len(other.rows) for other in self.runs)]


def group(runs: Sequence[RunCurve]) -> list[Line]:
    """The lines of a picture, in the order of the runs."""
    groups: dict[str, list[RunCurve]] = {}
    for run in runs:
        settings = {name: value for name, value in run.settings.items() if name != "seed"}
        groups.setdefault(json.dumps(settings, sort_keys=True), []).append(run)
    lines = list(groups.values())
    labels = _labels(lines)
    return [
        Line(label if len(line) == 1 else f"{label} ({len(line)} seeds)", tuple(line))
        for label, line in zip(labels, lines, strict=True)
    ]


def describe(run: RunCurve) -> str:
    """A run in a few words: what learned, and how."""
    if run.plays:
        network = str(run.settings.get("network", "" if run.kind == "ntuple" else run.kind))
        stages = run.settings.get("stages") or [run.settings]
        algorithms = dict.fromkeys(str(stage.get("algorithm", "")) for stage in stages)
        return f"{network} {', '.join(algorithms)}".strip() or run.kind
    hidden = run.settings.get("hidden")
    return f"{run.kind} {_spelled(hidden)}" if hidden else run.kind


def _labels(lines: Sequence[Sequence[RunCurve]]) -> list[str]:
    """What differs between lines; the folder, where that is nothing or cannot be told in brief."""
    settings = [line[0].settings for line in lines]
    if len(lines) == 1:
        return [describe(lines[0][0])]
    names = list(dict.fromkeys(name for each in settings for name in each if name != "seed"))
    differing = [n for n in names if any(each.get(n) != settings[0].get(n) for each in settings)]
    labels = [", ".join(_word(name, each.get(name)) for name in differing) for each in settings]
    brief = "stages" not in differing and max(map(len, labels)) <= 40
    if not brief or len(set(labels)) < len(labels):
        return [str(line[0].run.path) for line in lines]
    return labels


def _word(name: str, value: Any) -> str:
    if name in ("network", "algorithm", "activation"):
        return str(value)
    if name == "hold_out" and isinstance(value, list):
        return "held out " + "/".join(map(str, value))  # as --hold-out has it
    return f"{name.replace('_', '-')} {_spelled(value)}"


def _spelled(value: Any) -> str:
    if value is None:
        return "by default"
    if isinstance(value, list | tuple):
        return "-".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def smooth(values: Array, width: int = WINDOW) -> Array:
    """Mean of each value and the up to nine before it, along the last axis."""
    sums = np.cumsum(values, axis=-1, dtype=np.float64)
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), sums], axis=-1)
    ends = np.arange(1, values.shape[-1] + 1)
    starts = np.maximum(ends - width, 0)
    mean: Array = (sums[..., ends] - sums[..., starts]) / (ends - starts)
    return mean


def band(values: Array, width: int = WINDOW) -> tuple[Array, Array, Array]:
    """A smoothed curve and the ends of its 95% interval, each [R]; NaN where there is none.

    Of several runs it is that of their mean, from how far they are apart (Student's t). Of a single
    one, that of the mean of the games in the window: it says how sure the curve of this run is, not
    what another seed would give. How much rows scatter is judged by how far each is from the middle
    of its neighbours, which, unlike their spread, does not grow because the run learns (Gasser et
    al. 1986, "Residual variance and residual pattern in nonlinear regression", eq. 2).

    Args:
        values: a metric, [S, R].
        width: rows of the window; 1 does not smooth.
    """
    if len(values) > 1:
        curves = smooth(values, width)
        mean = curves.mean(axis=0)
        half = _student(len(values) - 1) * curves.std(axis=0, ddof=1) / len(values) ** 0.5
        return mean, mean - half, mean + half
    mean = smooth(values[0], width)
    half = np.full(len(mean), np.nan)
    for end in range(_LEAST, len(mean) + 1):
        window = values[0, max(end - width, 0) : end]
        if len(window) >= _LEAST:
            residuals = window[1:-1] - (window[:-2] + window[2:]) / 2
            variance = np.mean(residuals**2) / 1.5
            half[end - 1] = _student(len(residuals)) * (variance / len(window)) ** 0.5
    return mean, mean - half, mean + half


def _student(freedom: int) -> float:
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else 1.96
