"""What the commands on networks have in common: loading, and errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from env2048.errors import Scratch2048Error, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from networks.classifier import Examples
    from networks.models import MLP


class NetworkError(Scratch2048Error):
    """Data or a network that cannot be used."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Makes errors of `networks`, which knows nothing of the command line, errors of ours."""
    from networks.checkpoint import CheckpointError
    from networks.data import DataError
    from networks.training import TrainingError

    try:
        yield
    except (CheckpointError, DataError, TrainingError) as error:
        raise NetworkError(str(error)) from None


@contextmanager
def option_errors() -> Iterator[None]:
    """Makes a setting out of range, which the message begins with, an error of its option."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"--{error}".replace("_", "-")) from None


def load_examples(source: str, split: Literal["train", "test"], console: "Console") -> "Examples":
    """Images of a data set by name, or of a folder of IDX files; a download shows its progress.

    Raises:
        NetworkError: if they cannot be had; the message says what to put where.
    """
    from agents.cli.show import download_bar
    from networks.classifier import Examples
    from networks.data import load

    with one_line_errors(), download_bar(console) as progress:
        return Examples(*load(source, split, progress=progress))


def load_network(name: str) -> "MLP":
    """A network that tells characters apart: by its name, or from a run folder or checkpoint.

    Raises:
        UsageError: for an unknown name.
        NetworkError: if there is no such network.
    """
    from networks.classifier import PIXELS
    from networks.models import MLP
    from networks.weights import NAMES, load

    with one_line_errors():
        if name in NAMES:
            return load(name)
        path = Path(name)
        if path.is_dir():
            path = path / "checkpoint.safetensors"
            if not path.exists():
                raise NetworkError(f"{name}: holds no network yet (it has no {path.name})")
        elif path.name == name and not path.suffix and not path.exists():
            names = ", ".join(NAMES)
            raise UsageError(f"unknown network {name!r}: choose {names}, or give a run folder")
        model = MLP.load(path)
    sizes = model.config()["sizes"]
    if sizes[0] != PIXELS or model.config()["output"] != "softmax":
        raise NetworkError(f"{name}: not a network that tells characters apart")
    return model


def check_labels(examples: "Examples", classes: int, source: str, model: str) -> None:
    """Raises NetworkError if there are labels for which the network has no output."""
    highest: Any = examples.labels.max()
    if highest >= classes:
        raise NetworkError(
            f"{source}: has label {highest}, but {model} knows 0 to {classes - 1} only"
        )
