"""What the commands on models that make images have in common: options, loading, bars."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

from agents.cli.command import Number, OptionalCount
from env2048.errors import UsageError

if TYPE_CHECKING:
    from networks.generator import Generator
    from networks.models import Sampling

GENERATOR = "diffusion"
MOST_STEPS = 1000
MOST_GUIDANCE = 20.0
OptionalNumber = Annotated[float | None, arg(metavar="X", help_behavior_hint="")]


@dataclass(frozen=True, kw_only=True)
class SamplingOptions:
    """How samples are made."""

    steps: OptionalCount = None
    """Steps from noise to a letter. By default 20."""
    guidance: OptionalNumber = None
    """How much clearer letters are made at the cost of variety, 0 not at all. By default 2."""
    eta: Number = 0.0
    """0 for DDIM, 1 for ancestral sampling, which needs some 100 steps."""

    def check(self) -> None:
        """Raises UsageError for an option out of range."""
        if self.steps is not None and not 1 <= self.steps <= MOST_STEPS:
            raise UsageError(f"--steps must be 1 to {MOST_STEPS}, not {self.steps}")
        if self.guidance is not None and not 0 <= self.guidance <= MOST_GUIDANCE:
            raise UsageError(f"--guidance must be 0 to {MOST_GUIDANCE:g}, not {self.guidance}")
        if not 0 <= self.eta <= 1:
            raise UsageError(f"--eta must be 0 to 1, not {self.eta}")

    def sampling(self, usual: "Sampling") -> "Sampling":
        """The usual way of sampling, with what was asked for."""
        from dataclasses import replace

        given: dict[str, Any] = {"eta": self.eta}
        if self.steps is not None:
            given["steps"] = self.steps
        if self.guidance is not None:
            given["guidance"] = replace(usual.guidance, weight=self.guidance)
        return replace(usual, **given)


USUAL = SamplingOptions()


def is_generator(name: str) -> bool:
    """Whether a name or run folder stands for latent diffusion."""
    from agents.training.runs import RunError, RunFolder

    if name == GENERATOR:
        return True
    if not Path(name).is_dir():
        return False
    try:
        return bool(RunFolder.open(Path(name)).read()["kind"] == "diffusion")
    except RunError:
        return False


def load_generator(name: str) -> "Generator":
    """The embedded generator, `diffusion`, or that of a run folder.

    Raises:
        UsageError: for an unknown name.
        NetworkError, RunError: if there is no such generator.
    """
    from agents.cli.nets.data import NetworkError, one_line_errors
    from agents.training.generator_run import load_generator as load_run
    from networks.weights import load_generator as load_embedded

    with one_line_errors():
        if name == GENERATOR:
            return load_embedded()
        path = Path(name)
        if not path.exists() and path.name == name:
            raise UsageError(f"unknown model {name!r}: choose {GENERATOR}, or give a run folder")
        if not is_generator(name):
            raise NetworkError(f"{name}: not the run of a diffusion model")
        return load_run(path)
