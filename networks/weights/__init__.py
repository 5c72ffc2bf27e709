"""The trained networks that come with the package, by name; README.md says how they were made."""

from pathlib import Path

from networks.compact import load_compact
from networks.generator import Generator
from networks.models import MLP, VAE, Autoencoder, Diffusion

NAMES = ("digits",)
GENERATOR = "diffusion"
_FOLDER = Path(__file__).parent


def load(name: str = "digits") -> MLP:
    """An embedded network that tells characters apart.

    `digits` takes images [N, 784], grey values from 0 (paper) to 1 (ink), framed as in MNIST; its
    `predict` gives the probabilities of the ten digits.

    Raises:
        ValueError: for an unknown name.
        CheckpointError: if its file is missing or damaged.
    """
    if name not in NAMES:
        raise ValueError(f"unknown network {name!r}: choose {', '.join(NAMES)}")
    return load_compact(MLP, _path(name))


def load_generator() -> Generator:
    """The embedded generator of letters, digits and punctuation, framed on the line.

    Raises:
        CheckpointError: if a file is missing or damaged.
    """
    vae = load_compact(VAE, _path("diffusion-vae"))
    return Generator(vae, load_compact(Diffusion, _path(GENERATOR)))


def load_coders(latents: int) -> tuple[Autoencoder, VAE]:
    """The embedded autoencoder and VAE of digits framed as in MNIST, trained alike.

    Args:
        latents: 16, or 2.

    Raises:
        CheckpointError: if a file is missing or damaged.
    """
    return (
        load_compact(Autoencoder, _path(f"walk-autoencoder-{latents}")),
        load_compact(VAE, _path(f"walk-vae-{latents}")),
    )


def _path(name: str) -> Path:
    return _FOLDER / f"{name}.safetensors"
