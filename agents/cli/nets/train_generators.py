"""The part of `scratch2048 nets train` that trains models which make images."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from agents.cli.games import claim_run
from agents.cli.nets.data import option_errors
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.cli.nets.train import NetsTrain
    from agents.training.network_run import TrainingRun
    from networks.classifier import Examples
    from networks.generator import Source
    from networks.generator_config import AutoencoderConfig, DiffusionConfig

KINDS = ("autoencoder", "vae", "diffusion")


def check(command: "NetsTrain") -> None:
    """Checks the settings before anything is done for them.

    Raises:
        UsageError: naming the option that is out of range.
    """
    from agents.cli.nets.train import DRAWN

    if command.data in DRAWN and command.distort is not None:
        raise UsageError("--distort is for images of your own: drawn ones all differ")
    if command.model == "diffusion":
        _diffusion_config(command)
    else:
        _autoencoder_config(command)


def begin(command: "NetsTrain") -> None:
    """A new run: trains, and says what came of it."""
    from agents.training.generator_run import begin_autoencoder, begin_diffusion, copy_vae
    from agents.training.runs import free_name

    assert command.model is not None and command.data is not None
    part = command.part()
    source, tests = _source(command, command.data, part)
    seed = command.choose_seed(command.seed)
    path = command.out or claim_run(free_name(command.model))
    data = {"data": command.data, "hold_out": part}
    if command.model == "diffusion":
        if command.vae is not None:
            _check_vae(command.vae)
        config = replace(_diffusion_config(command), seed=seed)
        with begin_diffusion(path, data, config, source).held():
            if command.vae is not None:
                copy_vae(command.vae, path)
            _train_both(command, path, data, source)
        return
    settings = replace(_autoencoder_config(command), seed=seed)
    training = begin_autoencoder(path, data, settings, source)
    with training.run.held():
        _train(command, training, path)
    _print(command, training, settings.model, tests)


def resume(command: "NetsTrain", path: Path) -> None:
    """Goes on with a run, and says what came of it."""
    from agents.training.generator_run import data_of, resume_autoencoder
    from agents.training.runs import RunFolder

    run = RunFolder.open(path)
    content = run.read()
    name, part = data_of(path)
    source, tests = _source(command, name, part)
    run.resumed(content["config"])
    if content["kind"] == "diffusion":
        _train_both(command, path, {"data": name, "hold_out": part}, source)
        return
    training = resume_autoencoder(path, source)
    _train(command, training, path)
    _print(command, training, content["kind"], tests)


def _train_both(command: "NetsTrain", path: Path, data: dict[str, Any], source: "Source") -> None:
    """First the VAE, then the diffusion of its latents; what is done already is left alone."""
    from agents.training.generator_run import (
        VAE_FOLDER,
        begin_autoencoder,
        diffusion,
        diffusion_config,
        resume_autoencoder,
    )
    from networks.generator_config import AutoencoderConfig

    folder = path / VAE_FOLDER
    if folder.exists():
        vae = resume_autoencoder(folder, source)
    else:
        own = diffusion_config(path)
        config = AutoencoderConfig(seed=own.seed, distort=own.distort)
        vae = begin_autoencoder(folder, data, config, source)
    if len(vae.history) < vae.epochs:
        _train(command, vae, path)
    training = diffusion(path, source)
    _train(command, training, path)
    _print(command, training, "diffusion", None)


def _train(command: "NetsTrain", training: "TrainingRun", path: Path) -> None:
    if len(training.history) >= training.epochs:
        command.say(f"all {training.epochs:,} epochs are done")
        return
    command.say(
        f"{training.trainer.model.kind}, {training.trainer.model.weights.values.size:,} weights, "
        f"{training.epochs:,} epochs of {training.batches.images:,} images, "
        f"seed {training.trainer.config.seed}: in {training.run.path}"
    )
    command.train(training, path)


def _print(
    command: "NetsTrain", training: "TrainingRun", model: str, tests: "Examples | None"
) -> None:
    """How long it took and what it reached: on images held out where there are any."""
    from networks.training import evaluate

    losses: dict[str, float] = {"loss": training.history[-1]["loss"]}
    if tests is not None:
        found = evaluate(training.trainer.model, tests.batch)
        losses |= {f"held_out_{name}": value for name, value in found.items()}
    if command.json:
        command.print_json(
            {
                "run": str(training.run.path),
                "model": model,
                "epochs": len(training.history),
                "seed": training.trainer.config.seed,
                "seconds": training.seconds,
                "images_per_second": training.images_per_second,
                **losses,
            }
        )
        return
    command.stdout.print(
        f"{len(training.history):,} epochs in {training.seconds:.1f} s: "
        f"{training.images_per_second:,.0f} images/s"
    )
    shown = (f"{name.replace('_', ' ')} {value:.3f}" for name, value in losses.items())
    command.stdout.print(", ".join(shown))
    command.stdout.print(f"run: {training.run.path}", markup=False)


def _source(
    command: "NetsTrain", data: str, part: tuple[int, int] | None
) -> "tuple[Source, Examples | None]":
    """The images to train on, and those held out."""
    from agents.training.generator_run import source_of

    examples, tests = command.images(data, part)
    return source_of(data, examples), tests


def _check_vae(path: Path) -> None:
    from agents.training.runs import RunError, RunFolder

    if RunFolder.open(path).read()["kind"] != "vae":
        raise RunError(f"{path}: not a VAE's run")


def _autoencoder_config(command: "NetsTrain") -> "AutoencoderConfig":
    from networks.generator_config import AutoencoderConfig

    model = cast(Literal["vae", "autoencoder"], command.model)
    with option_errors():
        return AutoencoderConfig(model=model, **command.given(model))


def _diffusion_config(command: "NetsTrain") -> "DiffusionConfig":
    from networks.generator_config import DiffusionConfig

    with option_errors():
        return DiffusionConfig(**command.given("diffusion"))
