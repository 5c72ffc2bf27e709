"""Run folders of models that make images: autoencoders, and latent diffusion, which needs a VAE.

A run of latent diffusion holds that of its VAE as the folder `vae`, whole, so each can be stopped,
resumed and looked at as any other.
"""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from agents.training.network_run import TrainingRun
from agents.training.runs import RunError, RunFolder
from networks.classifier import Examples
from networks.generator import (
    DrawnImages,
    FreshBatches,
    Generator,
    OwnImages,
    Source,
    autoencoder_trainer,
    diffusion_trainer,
)
from networks.generator_config import AutoencoderConfig, DiffusionConfig
from networks.models import VAE, Diffusion

VAE_FOLDER = "vae"
DRAWN_NAMES = ("drawn", "drawn-digits")
"""Images that the program draws: all characters on the line; digits framed as in MNIST."""
DATA = ("data", "hold_out")
"""What config.json holds beside the settings: where the images come from."""
CHARACTERS = "characters"
"""And of latent diffusion, which there are among them."""


def source_of(data: str, examples: Examples | None) -> Source:
    """Where images come from.

    Args:
        data: a name of `DRAWN_NAMES`, or any other.
        examples: the images that any other stands for.
    """
    if examples is None:
        return DrawnImages(digits=data == "drawn-digits")
    return OwnImages(examples)


def _distorted(source: Source, distort: float) -> Source:
    return replace(source, distort=distort) if isinstance(source, OwnImages) else source


def begin_autoencoder(
    path: Path, data: dict[str, Any], config: AutoencoderConfig, source: Source
) -> TrainingRun:
    """A new run of a VAE or autoencoder.

    Args:
        path: the folder, missing or empty.
        data: where the images come from: `DATA`.
        config: how to train.
        source: the images.
    """
    run = RunFolder.create(path, config.model, {**data, **asdict(config)})
    return _autoencoder(run, config, source)


def resume_autoencoder(path: Path, source: Source) -> TrainingRun:
    """A run of a VAE or autoencoder that goes on.

    Raises:
        RunError, CheckpointError: if it cannot be read.
    """
    run, settings = _read(path)
    training = _autoencoder(run, _config(AutoencoderConfig, run, settings), source)
    training.resume()
    return training


def _autoencoder(run: RunFolder, config: AutoencoderConfig, source: Source) -> TrainingRun:
    batches = FreshBatches(_distorted(source, config.distort), config.batch)
    return TrainingRun(run, autoencoder_trainer(config, batches), batches)


def begin_diffusion(
    path: Path, data: dict[str, Any], config: DiffusionConfig, source: Source
) -> RunFolder:
    """A new run of latent diffusion, whose VAE is still to come."""
    settings = {**data, CHARACTERS: source.characters, **asdict(config)}
    return RunFolder.create(path, "diffusion", settings)


def diffusion_config(path: Path) -> DiffusionConfig:
    """The settings of a run of latent diffusion.

    Raises:
        RunError: if they cannot be read.
    """
    config: DiffusionConfig = _config(DiffusionConfig, *_read(path))
    return config


def diffusion(path: Path, source: Source) -> TrainingRun:
    """A run of latent diffusion that begins or goes on, once its VAE is trained.

    Raises:
        RunError, CheckpointError: if it or its VAE cannot be read.
    """
    run, config = RunFolder.open(path), diffusion_config(path)
    distorted = _distorted(source, config.distort)
    batches = FreshBatches(distorted, config.batch, VAE.load(_vae_path(path)))
    training = TrainingRun(run, diffusion_trainer(config, batches), batches)
    training.resume()
    return training


def copy_vae(vae: Path, path: Path) -> None:
    """Puts the run of a VAE into a run of latent diffusion.

    Raises:
        RunError: if it is none, or not trained.
    """
    if RunFolder.open(vae).read()["kind"] != "vae":
        raise RunError(f"{vae}: not a VAE's run")
    if not RunFolder(vae).checkpoint_path.exists():
        raise RunError(f"{vae}: holds no network yet (it has no checkpoint.safetensors)")
    shutil.copytree(vae, path / VAE_FOLDER)


def load_generator(path: Path) -> Generator:
    """What a run of latent diffusion has learned.

    Raises:
        RunError, CheckpointError: if it cannot be read.
    """
    run, _ = _read(path)
    known = str(run.read()["config"].get(CHARACTERS, ""))
    if not run.checkpoint_path.exists():
        raise RunError(f"{path}: holds no network yet (it has no {run.checkpoint_path.name})")
    vae = VAE.load(_vae_path(path))
    diffusion = Diffusion.load(run.checkpoint_path).averaged()
    return Generator(vae, diffusion, characters=known)


def data_of(path: Path) -> tuple[str, tuple[int, int] | None]:
    """Where the images of a run come from: a name or folder, and the part that was held out.

    Raises:
        RunError: if the run does not say.
    """
    run = RunFolder.open(path)
    settings = run.read()["config"]
    try:
        data, part = settings["data"], settings["hold_out"]
        return str(data), part and (int(part[0]), int(part[1]))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None


def _vae_path(path: Path) -> Path:
    return RunFolder(path / VAE_FOLDER).checkpoint_path


def _read(path: Path) -> tuple[RunFolder, dict[str, Any]]:
    """The folder, and the settings without where the images come from."""
    run = RunFolder.open(path)
    settings = run.read()["config"]
    return run, {name: value for name, value in settings.items() if name not in (*DATA, CHARACTERS)}


def _config(kind: Any, run: RunFolder, settings: dict[str, Any]) -> Any:
    try:
        return kind.from_dict(settings)
    except (ValueError, TypeError) as error:
        raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None
