"""Tables and progress bars, as people know them from 2048 programs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from agents.evaluation import Evaluation
    from agents.training.checkpoints import Training
    from agents.training.history import History
    from networks.confusion import Judgement

    Compared = tuple[Evaluation, Training | None]

_SHOWN = ("2048", "4096", "8192", "16384", "32768")
_MISTAKES = 5
_WIDEST = 1000


def tile_table(rates: Mapping[str, float], games: int) -> Table:
    """Tile, games that ended with it as their largest, share that reached it."""
    table = Table("tile", "games", "reached", box=None, header_style="bold", pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    above = 0.0
    rows = []
    for tile in sorted(map(int, rates), reverse=True):
        reached = rates[str(tile)]
        if reached > above:
            rows.append((str(tile), str(round((reached - above) * games)), f"{reached:.2%}"))
        above = reached
    for row in reversed(rows):
        table.add_row(*row)
    return table


def print_evaluation(console: Console, result: "Evaluation") -> None:
    """The outcome of an evaluation, for people."""
    low, high = result.ci95
    count = len(result.games.scores)
    plies = f"{result.search} plies" if result.search else "as many plies as time allowed"
    ahead = "" if result.search == 1 else f", {plies}"
    console.print(f"{result.agent}: {count:,} games, seed {result.seed}{ahead}", markup=False)
    console.print(
        f"mean score {result.mean_score:,.0f} (95% interval {low:,.0f} to {high:,.0f}), "
        f"best {result.max_score:,}"
    )
    console.print(tile_table(result.tile_rates, count))
    console.print(
        f"{result.moves:,} moves in {result.seconds:.1f} s: {result.moves_per_second:,.0f} moves/s"
    )


def comparison(players: "Sequence[Compared]") -> list[list[str]]:
    """A table of players and what they came to, row by row, the header first."""
    tiles = _SHOWN[:4]
    header = ["agent", "plies", "games", "mean score", "95% interval", *tiles, "moves/s"]
    rows = [header]
    for played, _ in players:
        low, high = played.ci95
        rows.append([
            played.agent,
            str(played.search),
            f"{len(played.games.scores):,}",
            f"{played.mean_score:,.0f}",
            f"{low:,.0f} to {high:,.0f}",
            *(f"{played.tile_rates[tile]:.1%}" for tile in tiles),
            f"{played.moves_per_second:,.0f}",
        ])  # fmt: skip
    trainings = [training for _, training in players]
    if any(trainings):
        texts = [brief_training(training) if training else "" for training in trainings]
        rows = [[*row, text] for row, text in zip(rows, ["trained on", *texts], strict=True)]
    return rows


def brief_training(training: "Training") -> str:
    """What an agent has learned from: `10,000 games, 27.4 M moves, 3.9 min`."""
    parts = []
    if training.games is not None:
        parts.append(f"{training.games:,} games")
    if training.moves is not None:
        many = training.moves >= 1_000_000
        parts.append(
            f"{training.moves / 1e6:,.1f} M moves" if many else f"{training.moves:,} moves"
        )
    if training.seconds is not None:
        parts.append(f"{training.seconds / 60:,.1f} min")
    return ", ".join(parts)


def print_comparison(console: Console, players: "Sequence[Compared]") -> None:
    """The comparison of players, for people; its lines are as long as they have to be."""
    header, *rows = comparison(players)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in header:
        words = title in ("agent", "trained on")
        table.add_column(title, justify="left" if words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    wide = console.options.update_width(_WIDEST)
    table.width = console.measure(table, options=wide).maximum
    console.print(table)


def print_markdown(console: Console, players: "Sequence[Compared]") -> None:
    """The comparison of players, for a README."""
    header, *rows = comparison(players)
    for row in (header, ["---"] * len(header), *rows):
        cells = " | ".join(cell.replace("|", "\\|") for cell in row)
        console.print(f"| {cells} |", markup=False)


def print_judgement(console: Console, title: str, judged: "Judgement") -> None:
    """What a classifier got right, and its most frequent mistakes, for people."""
    from networks.data import CLASSES

    low, high = judged.interval
    console.print(
        f"{title}: {judged.accuracy:.2%} of {judged.count:,} right (95% interval {low:.2%} to "
        f"{high:.2%}), {judged.errors:,} error{'' if judged.errors == 1 else 's'}",
        markup=False,
    )
    pairs = judged.frequent_mistakes()[:_MISTAKES]
    if pairs:
        console.print(
            "most often: "
            + ", ".join(f"{CLASSES[i]} as {CLASSES[j]} {count}" for i, j, count in pairs),
            markup=False,
        )


def brief_rates(rates: Mapping[str, float]) -> str:
    """The rates worth a line: `2048 84.1%  4096 35.9%`."""
    shown = [f"{tile} {rates[tile]:.1%}" for tile in _SHOWN if rates[tile] > 0]
    return "  ".join(shown[-3:]) or f"2048 {rates['2048']:.1%}"


def training_text(history: "History") -> str:
    """Moves per second, mean score and tile rates of a training run, in a line."""
    speed = f"{history.moves_per_second / 1e6:.2f} M moves/s"
    if history.moves_per_second < 1e5:
        speed = f"{history.moves_per_second:,.0f} moves/s"
    return f"{speed}  mean {history.mean_score:,.0f}  {brief_rates(history.tile_rates)}"


class TrainingBar:
    """Progress of a training run: games, moves per second, mean score, tile rates, time left."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def __call__(self, history: "History") -> None:
        """Shows the run as it is now."""
        text = training_text(history)
        self._progress.update(self._task, completed=history.games, text=text)


@contextmanager
def training_bar(console: Console, games: int, done: int) -> Iterator[TrainingBar]:
    """A bar for a training run of `games` games of which `done` are played."""
    with _progress(console) as progress:
        task = progress.add_task("training", total=games, completed=done, text="")
        yield TrainingBar(progress, task)


@contextmanager
def moves_bar(console: Console, moves: int, done: int) -> Iterator[Any]:
    """A bar for a training run of so many moves; yields what to call with its history."""
    with _progress(console, "moves") as progress:
        task = progress.add_task("training", total=moves, completed=done, text="")

        def show(history: Any) -> None:
            text = training_text(history)
            progress.update(task, completed=min(history.steps, moves), text=text)

        yield show


@contextmanager
def games_bar(console: Console, title: str, games: int) -> Iterator[Any]:
    """A bar for games that are only played; yields what to call with the number played."""
    with _progress(console) as progress:
        task = progress.add_task(title, total=games, text="")
        yield lambda played: progress.update(task, completed=played)


class _TwoLines(Progress):
    """A bar and, below it, the text of its task: together they are too wide for a terminal."""

    def get_renderables(self) -> Iterator[RenderableType]:
        """The lines."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            if task.fields["text"]:
                yield Text(f"  {task.fields['text']}", no_wrap=True, overflow="ellipsis")


@contextmanager
def epochs_bar(console: Console, steps: int, done: int) -> Iterator[Any]:
    """A bar for the training of a network; yields what to call with its steps and last metrics."""
    with _progress(console, "steps") as progress:
        task = progress.add_task("training", total=steps, completed=done, text="")

        def show(made: int, metrics: Mapping[str, float]) -> None:
            text = f"epoch {metrics['epoch']}  loss {metrics['loss']:.4f}" if metrics else ""
            if "validation_accuracy" in metrics:
                text += f"  accuracy on images held out {metrics['validation_accuracy']:.2%}"
            progress.update(task, completed=made, text=text)

        yield show


@contextmanager
def steps_bar(console: Console, title: str, steps: int, unit: str) -> Iterator[Any]:
    """A bar for what is counted in some unit; yields what to call with the number done."""
    with _progress(console, unit) as progress:
        task = progress.add_task(title, total=steps, text="")
        yield lambda done, *_: progress.update(task, completed=done)


@contextmanager
def download_bar(console: Console) -> Iterator[Any]:
    """A bar that appears with the first bytes; yields what to call with their number, and all."""
    progress = _progress(console, "bytes")
    tasks: list[TaskID] = []

    def show(come: int, total: int) -> None:
        if not tasks:
            progress.start()
            tasks.append(progress.add_task("download", total=total, text=""))
        progress.update(tasks[0], completed=come, total=total)

    try:
        yield show
    finally:
        if tasks:
            progress.stop()


def _progress(console: Console, unit: str = "games") -> Progress:
    return _TwoLines(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        TimeRemainingColumn(compact=True),
        console=console,
        disable=console.quiet,
    )
