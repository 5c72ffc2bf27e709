"""`scratch2048 nets train`: trains a network into a run folder, or goes on with one."""

import re
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

from agents.cli.command import JsonCommand, OptionalCount, OptionalRun, Seed
from agents.cli.games import claim_run
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.training.network_run import TrainingRun
    from networks.classifier import Examples

OptionalNumber = Annotated[float | None, arg(metavar="X", help_behavior_hint="")]

_ALL = ("epochs", "batch", "rate", "seed")
_SETTINGS = {
    "mlp": ("activation", "dropout", "smoothing", "drawn", "distort", "patience", *_ALL),
    "autoencoder": ("activation", "latents", "distort", *_ALL),
    "vae": ("activation", "latents", "beta", "distort", *_ALL),
    "diffusion": ("blocks", "schedule", "target", "distort", *_ALL),
}
"""By model, the options that are settings by the same name."""
_OPTIONS = {
    "mlp": ("hidden", *_SETTINGS["mlp"]),
    "autoencoder": ("hidden", *_SETTINGS["autoencoder"]),
    "vae": ("hidden", *_SETTINGS["vae"]),
    "diffusion": ("vae", *_SETTINGS["diffusion"]),
}
_EVERY = tuple(dict.fromkeys(name for names in _OPTIONS.values() for name in names))
DRAWN = ("drawn", "drawn-digits")


@dataclass(frozen=True, kw_only=True)
class NetsTrain(JsonCommand):
    """Trains a network on images of characters, or goes on with a run.

    Ctrl-C saves after the epoch and ends; `scratch2048 nets train --resume RUN` goes on.
    """

    model: Annotated[
        Positional[Literal["mlp", "autoencoder", "vae", "diffusion"] | None],
        arg(metavar="[{mlp,autoencoder,vae,diffusion}]", help_behavior_hint=""),
    ] = None
    """What to train. mlp: dense layers that tell characters apart, by default 784-800-400-10.
    autoencoder, vae: 784-512-256-32 and back. diffusion: a VAE, then the diffusion of its latents,
    which makes characters."""
    data: Annotated[str | None, arg(metavar="NAME|DIR", help_behavior_hint="")] = None
    """A folder of IDX files: with MNIST's four the train pair is used. Or a name: drawn (digits
    that the program draws; for models other than mlp all characters, on the line), drawn-digits,
    mnist, emnist-letters, emnist-balanced, emnist-byclass."""
    hold_out: Annotated[str | None, arg(metavar="I/N", help_behavior_hint="")] = None
    """Keep the I-th of N equal parts of the images out of training, and test on it."""
    hidden: Annotated[str | None, arg(metavar="SIZES", help_behavior_hint="")] = None
    """Units of the hidden layers, by default 800,400, of autoencoders 512,256."""
    activation: Annotated[
        Literal["sigmoid", "tanh", "relu", "leaky-relu", "gelu"] | None,
        arg(metavar="{sigmoid,tanh,relu,leaky-relu,gelu}", help_behavior_hint=""),
    ] = None
    """What follows each hidden layer. By default gelu."""
    epochs: OptionalCount = None
    """Passes over the images, each time distorted anew; of models other than mlp no longer than
    20,000 images. By default 100, of autoencoders 150, of diffusion 180."""
    batch: OptionalCount = None
    """Images per step. By default 128, of autoencoders 256, of diffusion 512."""
    rate: OptionalNumber = None
    """The learning rate at its highest. By default 0.001, of diffusion 0.002."""
    dropout: OptionalNumber = None
    """The probability with which a hidden unit is dropped. By default 0.1."""
    smoothing: OptionalNumber = None
    """The share of the target that is spread over all classes. By default 0.05."""
    drawn: OptionalNumber = None
    """The share of drawn characters that is mixed in. By default 0.25."""
    distort: OptionalNumber = None
    """How strongly images are distorted, 0 not at all. By default 1, of models other than mlp 0.1,
    and then only images of your own."""
    patience: OptionalCount = None
    """Stop after so many epochs without a better loss on the part that --hold-out keeps."""
    latents: OptionalCount = None
    """Numbers that an autoencoder makes of an image. By default 32."""
    beta: OptionalNumber = None
    """The weight of the VAE's KL. By default 0.01."""
    vae: OptionalRun = None
    """The run of a VAE whose latents are learned, trained on the same data; by default a new one,
    in the folder vae of the run."""
    blocks: OptionalCount = None
    """Residual blocks of the denoiser. By default 3."""
    schedule: Annotated[
        Literal["cosine", "linear"] | None, arg(metavar="{cosine,linear}", help_behavior_hint="")
    ] = None
    """The noise schedule. By default cosine."""
    target: Annotated[
        Literal["velocity", "noise"] | None, arg(metavar="{velocity,noise}", help_behavior_hint="")
    ] = None
    """What the denoiser predicts. By default velocity."""
    seed: Seed = None
    """The same seed, the same network."""
    out: OptionalRun = None
    """The run folder, by default runs/mlp-1, -2, ..."""
    resume: OptionalRun = None
    """A run folder to go on with."""

    def check(self) -> None:
        """Checks the settings, and that there is a place for the run."""
        if self.resume is not None:
            for name in ("out", "data", "hold_out", *_EVERY):
                if getattr(self, name) is not None:
                    raise UsageError(
                        f"--{_option(name)} does not go with --resume: a run keeps its settings"
                    )
            return
        if self.model is None or self.data is None:
            raise UsageError(
                "which model, on what? scratch2048 nets train mlp --data drawn, or go on with a "
                "run: scratch2048 nets train --resume RUN"
            )
        for name in _EVERY:
            if name not in _OPTIONS[self.model] and getattr(self, name) is not None:
                raise UsageError(f"--{_option(name)} is not for the model {self.model}")
        self.part()
        if self.patience is not None and self.hold_out is None:
            raise UsageError("--patience needs --hold-out I/N: images that show when to stop")
        if self.data in DRAWN and self.hold_out is not None:
            raise UsageError("--hold-out is for images of your own: no drawn image comes twice")
        if self.data in DRAWN and self.drawn is not None:
            raise UsageError("--drawn is for images of your own: with --data drawn all are drawn")
        if self.data not in DRAWN and self.drawn == 1:
            raise UsageError("--drawn must be below 1; for drawn images alone give --data drawn")
        _trainer_of(self.model).check(self)
        if self.out is not None:
            claim_run(self.out)

    def run(self) -> None:
        """Trains."""
        from agents.cli.nets.data import one_line_errors
        from agents.training.runs import RunFolder

        with one_line_errors():
            if self.resume is not None:
                run = RunFolder.open(self.resume)
                with run.held():
                    _trainer_of(run.read()["kind"]).resume(self, self.resume)
            else:
                _trainer_of(self.model).begin(self)

    def train(self, training: "TrainingRun", path: Path) -> None:
        """Trains to the end, with a bar.

        Args:
            training: what is trained.
            path: the folder to resume after a stop.

        Raises:
            KeyboardInterrupt: if a stop was requested, once all is saved.
        """
        from agents.cli.show import epochs_bar
        from agents.training.stop import StopRequest

        done = training.trainer.optimizer.steps
        with StopRequest() as stop, epochs_bar(self.stderr, training.steps, done) as bar:
            complete = training.train(stop, bar)
        if not complete:
            self.say(
                f"stopped after {len(training.history):,} epochs and saved; go on with: "
                f"scratch2048 nets train --resume {quote(str(path))}"
            )
            raise KeyboardInterrupt

    def images(
        self, data: str, part: tuple[int, int] | None
    ) -> "tuple[Examples | None, Examples | None]":
        """Those to train on, and those held out."""
        from agents.cli.nets.data import NetworkError, load_examples
        from networks.classifier import hold_out

        if data in DRAWN:
            return None, None
        examples = load_examples(data, "train", self.stderr)
        if part is None:
            return examples, None
        try:
            return hold_out(examples, *part)
        except ValueError as error:
            raise NetworkError(f"{data}: {error}") from None

    def part(self) -> tuple[int, int] | None:
        """Which part of how many is held out."""
        if self.hold_out is None:
            return None
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", self.hold_out)
        part, parts = map(int, found.groups()) if found else (0, 0)
        if not 1 <= part <= parts or parts < 2:
            raise UsageError(
                f"--hold-out must be as 1/4, the first of four parts, not {self.hold_out!r}"
            )
        return part, parts

    def given(self, model: str) -> dict[str, Any]:
        """The settings among the options that are not left to their defaults.

        Raises:
            ValueError: if the sizes of layers are not a list of numbers.
        """
        found = {name: getattr(self, name) for name in _SETTINGS[model]}
        if self.hidden is not None:
            found["hidden"] = _sizes(self.hidden)
        return {name: value for name, value in found.items() if value is not None}


def _trainer_of(kind: str | None) -> Any:
    """The module that trains models of this kind."""
    from agents.cli.nets import train_classifiers, train_generators

    return train_generators if kind in train_generators.KINDS else train_classifiers


def _option(setting: str) -> str:
    return setting.replace("_", "-")


def _sizes(text: str) -> tuple[int, ...]:
    """Sizes of layers, as 800,400."""
    if not re.fullmatch(r"\d{1,5}(,\d{1,5})*", text):
        raise ValueError(f"hidden must be sizes as 800,400, not {text!r}")
    return tuple(map(int, text.split(",")))
