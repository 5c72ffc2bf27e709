"""`scratch2048 plot`: pictures of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from agents.cli.command import Command
from agents.cli.games import claim_files
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.plots.curves import Line, RunCurve

COMPARISON = Path("comparison.png")
MOST_LINES = 8
Picture = Literal["learning", "scores", "network"]


@dataclass(frozen=True, kw_only=True)
class Plot(Command):
    """Draws how runs have learned, and what.

    One run: its learning curve, its scores and what its network values, as learning.png, scores.png
    and network.png in its folder, over those of before. Several: their curves in one picture; those
    that differ in their seed alone are one line, their mean with its 95% interval.
    """

    runs: Annotated[tuple[Path, ...], arg(metavar="RUN...", help_behavior_hint=""), Positional]
    """Run folders."""
    picture: Annotated[
        Picture | None, arg(metavar="{learning,scores,network}", help_behavior_hint="")
    ] = None
    """Draw this picture alone."""
    out: Annotated[Path | None, arg(metavar="FILE", aliases=["-o"], help_behavior_hint="")] = None
    """Write one picture here (.png, .svg or .pdf): the learning curve, if --picture names no other.
    By default that of several runs is comparison.png."""

    def check(self) -> None:
        """Checks that the picture is one of these runs, and can be written."""
        from agents.plots import check_format

        if not self.runs:
            raise UsageError("which runs? scratch2048 plot RUN...")
        if len(self.runs) > 1 and self.picture in ("scores", "network"):
            raise UsageError(f"--picture {self.picture} is of one run, not of {len(self.runs)}")
        if self.out is not None:
            claim_files(check_format(self.out))
        elif len(self.runs) > 1:
            claim_files(COMPARISON)

    def run(self) -> None:
        """Draws."""
        from agents.plots.curves import group, read_curve

        runs = [read_curve(path) for path in dict.fromkeys(self.runs)]
        if len(runs) > 1:
            self._compare(group(runs), self.out or COMPARISON)
        elif runs[0].plays:
            self._draw_player(runs[0])
        else:
            self._draw_network_run(runs[0])

    def _compare(self, lines: "Sequence[Line]", path: Path) -> None:
        from agents.plots.comparison import plot_comparison, plot_epochs

        runs = [run for line in lines for run in line.runs]
        if len({run.plays for run in runs}) > 1:
            raise UsageError("runs of players and runs of networks do not go into one picture")
        if len(lines) > MOST_LINES:
            raise UsageError(
                f"these are {len(lines)} lines, and no more than {MOST_LINES} can be told apart; "
                "give fewer runs (those that differ in their seed alone are one line)"
            )
        title = lines[0].label if len(lines) == 1 else f"{len(runs)} runs"
        if runs[0].plays:
            plot_comparison(lines, f"{title}: means of 1,000 games, 95% intervals", path)
        else:
            plot_epochs(lines, title, path)
        self._written(path)

    def _draw_player(self, run: "RunCurve") -> None:
        from agents.plots import plot_learning, plot_scores
        from agents.plots.curves import describe

        title = f"{run.run.path}: {describe(run)}"
        saved = run.run.checkpoint_path.exists()
        if not saved and self.picture is None:
            self.say(f"{run.run.path}: no picture of its network, which is not saved yet")
        pictures: tuple[Picture, ...] = ("learning", "scores", "network")
        for picture, path in self._files(run, pictures if saved else pictures[:2]):
            if picture == "network":
                self._draw_network(run, title, path)
            else:
                draw = plot_learning if picture == "learning" else plot_scores
                draw(run.rows, title, path)
                self._written(path)

    def _draw_network(self, run: "RunCurve", title: str, path: Path) -> None:
        from agents.plots.network import plot_network
        from agents.plots.probing import probe
        from agents.registry import load
        from agents.training.runs import RunError

        agent = load(run.run.path)
        self.say("it plays a few games, to see what it makes of large tiles")
        probes = probe(agent)
        if not probes:
            raise RunError(f"{run.run.path}: no picture of its network: it has no large tiles yet")
        plot_network(probes, title, path)
        self._written(path)

    def _draw_network_run(self, run: "RunCurve") -> None:
        from agents.plots.comparison import plot_epochs
        from agents.plots.curves import Line, describe

        if self.picture in ("scores", "network"):
            raise UsageError(f"--picture {self.picture} is of a player's run; this is {run.kind}'s")
        for _, path in self._files(run, ("learning",)):
            plot_epochs([Line(describe(run), (run,))], f"{run.run.path}: {describe(run)}", path)
            self._written(path)

    def _files(self, run: "RunCurve", pictures: Sequence[Picture]) -> list[tuple[Picture, Path]]:
        """Which pictures to draw, and where."""
        if self.out is not None:
            return [(self.picture or "learning", self.out)]
        chosen = pictures if self.picture is None else (self.picture,)
        return [(picture, run.run.path / f"{picture}.png") for picture in chosen]

    def _written(self, path: Path) -> None:
        self.stdout.print(str(path), markup=False)
