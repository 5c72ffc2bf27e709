"""The trade-off of guidance as a picture: what it gains in accuracy, and what it costs."""

from collections.abc import Mapping
from pathlib import Path

from env2048.files import atomic_path
from networks.quality import Quality


def plot_guidance(found: Mapping[float, Quality], title: str, path: Path) -> None:
    """Accuracy, diversity and Frechet distance over the weight of guidance.

    Args:
        found: by weight.
        title: stands above.
        path: the picture.
    """
    from matplotlib.figure import Figure

    weights = sorted(found)
    figure = Figure(figsize=(10, 3.4), layout="constrained")
    columns = figure.subplots(1, 3)
    curves = (
        ("taken for what was asked for", [found[w].accuracy for w in weights], None),
        ("diversity, of real images'", [found[w].diversity for w in weights], 1.0),
        ("Frechet distance, of real images'", [found[w].frechet_ratio for w in weights], 1.0),
    )
    for axes, (name, values, real) in zip(columns, curves, strict=True):
        axes.plot(weights, values, "o-", color="#c0612b")
        if real is not None:
            axes.axhline(real, color="grey", linestyle=":", label="real images")
            axes.legend(frameon=False)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("guidance")
        axes.grid(alpha=0.3)
    figure.suptitle(title, parse_math=False)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=110)
