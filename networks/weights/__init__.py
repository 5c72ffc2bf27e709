"""The trained networks that come with the package, by name; README.md says how they were made."""

from pathlib import Path

from networks.compact import load_compact
from networks.models import MLP

NAMES = ("digits",)
_FOLDER = Path(__file__).parent


def load(name: str = "digits") -> MLP:
    """An embedded network.

    `digits` takes images [N, 784], grey values from 0 (paper) to 1 (ink), framed as in MNIST; its
    `predict` gives the probabilities of the ten digits.

    Raises:
        ValueError: for an unknown name.
        CheckpointError: if its file is missing or damaged.
    """
    if name not in NAMES:
        raise ValueError(f"unknown network {name!r}: choose {', '.join(NAMES)}")
    return load_compact(MLP, _FOLDER / f"{name}.safetensors")
