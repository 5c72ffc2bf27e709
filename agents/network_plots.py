"""Pictures of what a classifier confuses: a matrix, and its worst mistakes (matplotlib)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from env2048.files import atomic_path
from networks.confusion import Judgement

SHOWN = 60
"""Mistakes in the picture."""
_COLUMNS = 10
_FEW = 20
"""Classes up to which each number of the matrix can be read."""


def plot_confusion(judged: Judgement, names: str, title: str, path: Path) -> None:
    """How often each character (row) was taken for each (column), mistakes coloured.

    Characters that neither occur nor are answered are left out.

    Args:
        judged: the answers.
        names: the characters of the K classes.
        title: stands above.
        path: the picture.
    """
    from matplotlib.figure import Figure

    counts = judged.confusion()
    used = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    counts, names = counts[np.ix_(used, used)], "".join(names[i] for i in used)
    mistakes = np.where(np.eye(len(names), dtype=bool), 0, counts)
    side = min(max(6.0, 0.5 * len(names)), 14.0)
    figure = Figure(figsize=(side, side + 0.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(int(mistakes.max()), 1) * 1.3)
    axes.set_xticks(range(len(names)), list(names))
    axes.set_yticks(range(len(names)), list(names))
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    if len(names) <= _FEW:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                weight = "bold" if row == column else "normal"
                axes.text(column, row, f"{count:,}", ha="center", va="center", weight=weight)
    low, high = judged.interval
    figure.suptitle(
        f"{title}\n{judged.accuracy:.2%} of {judged.count:,} right (95%: {low:.2%} to {high:.2%})",
        parse_math=False,
    )
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=120)


def plot_mistakes(
    judged: Judgement, images: NDArray[np.uint8], names: str, title: str, path: Path
) -> None:
    """The surest mistakes, each with the truth, the answer and how probable it seemed.

    Args:
        judged: the answers.
        images: what was looked at, [N, H, W].
        names: the characters of the K classes.
        title: stands above.
        path: the picture.
    """
    from matplotlib.figure import Figure

    every = judged.mistakes()
    shown = every[:SHOWN]
    rows = max(-(-len(shown) // _COLUMNS), 1)
    height = 1.4 * rows + 0.6  # inches
    figure = Figure(figsize=(1.05 * _COLUMNS, height))
    answers = judged.answers
    for place, i in enumerate(shown):
        row, column = divmod(place, _COLUMNS)
        corner = ((column + 0.05) / _COLUMNS, (1.4 * (rows - 1 - row) + 0.05) / height)
        axes = figure.add_axes((*corner, 0.9 / _COLUMNS, 0.95 / height))
        axes.axis("off")
        truth, answer = int(judged.labels[i]), int(answers[i])
        chance = judged.probabilities[i, answer]
        axes.imshow(images[i], cmap="gray", vmin=0, vmax=255)
        label = f"{names[truth]} as {names[answer]}\n{chance:.0%}"
        axes.set_title(label, fontsize=9, parse_math=False)
    number = f"{len(shown)} worst of {len(every)} mistakes" if len(every) else "no mistakes"
    figure.suptitle(f"{title}: {number} (truth as answer, its probability)", parse_math=False)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=120)
