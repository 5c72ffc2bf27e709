"""`scratch2048 nets walk`: what lies between two digits, for an autoencoder and a VAE."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from agents.cli.command import Count, JsonCommand, OutFile, Seed
from agents.cli.games import check_seed, claim_files
from env2048.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from networks.arrays import Array
    from networks.demos.walk import Mean
    from networks.demos.walk_pictures import Coders

MOST_SIZE = 20
PAIRS = 1000


@dataclass(frozen=True, kw_only=True)
class NetsWalk(JsonCommand):
    """Shows what lies between two digits in the latents of an autoencoder and of a VAE.

    It also prints of how many points on such ways a digit classifier is sure, over 1,000 pairs of
    different digits in fonts that neither has learned.
    """

    ends: Annotated[tuple[str, ...], Positional, arg(metavar="DIGIT DIGIT")] = ("2", "7")
    """From which digit to which."""
    out: OutFile
    """Write here: .gif for a walk, else .png."""
    picture: Annotated[Literal["walk", "plane", "nudges"], arg(metavar="{walk,plane,nudges}")] = (
        "walk"
    )
    """walk: the way, as an animation, or a strip in a .png. plane: a grid over the latents of
    models that have two. nudges: what ever larger changes of a latent do."""
    path: Annotated[Literal["straight", "spherical"], arg(metavar="{straight,spherical}")] = (
        "straight"
    )
    """The way through the latents."""
    points: Count = 25
    """Pictures on the way, or of each side of the plane."""
    size: Count = 8
    """How many times larger than the network's pixels a walk is."""
    theme: Annotated[Literal["light", "dark"], arg(metavar="{light,dark}")] = "light"
    """Dark ink on light paper, or light on dark."""
    autoencoder: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """A run of your own of nets train autoencoder --data drawn-digits."""
    vae: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """A run of your own of nets train vae --data drawn-digits."""
    seed: Seed = None
    """Chooses the digits, which are drawn."""

    def check(self) -> None:
        """Checks the options, and that the file can be written."""
        if len(self.ends) != 2 or not all(end in "0123456789" and end for end in self.ends):
            raise UsageError("a walk leads from one digit to another, as in: nets walk 2 7")
        suffixes = (".gif", ".png") if self.picture == "walk" else (".png",)
        if self.out.suffix.lower() not in suffixes:
            raise UsageError(f"{self.out}: a {self.picture} is a {' or '.join(suffixes)} file")
        if not 2 <= self.points <= 100:
            raise UsageError(f"--points must be 2 to 100, not {self.points}")
        if not 1 <= self.size <= MOST_SIZE:
            raise UsageError(f"--size must be 1 to {MOST_SIZE}, not {self.size}")
        check_seed(self.seed)
        claim_files(self.out)

    def run(self) -> None:
        """Walks."""
        import numpy as np

        from networks.classifier import as_rows
        from networks.data import labels_of
        from networks.generator import DrawnImages

        coders = self._coders()
        rng = np.random.default_rng(self.choose_seed(self.seed))
        drawn = DrawnImages(digits=True).drawn
        ends = as_rows(drawn.draw(labels_of(self.ends), rng))
        rows = as_rows(drawn.batch(2 * PAIRS, np.random.default_rng(0))[0])
        self._draw(coders, ends, rows, rng)
        self._print(*self._measure(coders))

    def _measure(self, coders: "Coders") -> "tuple[dict[str, Mean], Mean]":
        """Of how much of its ways a classifier is sure, by coder; and what the VAE is ahead."""
        import numpy as np

        from networks.classifier import as_rows
        from networks.data import DIGITS, Drawn
        from networks.demos.walk import Mean, digit_pairs, sure_shares
        from networks.generator import NEAT
        from networks.weights import load

        unseen = Drawn(DIGITS, style=NEAT, split="test")
        rng, judge = np.random.default_rng(0), load("digits")
        starts, ends = (as_rows(unseen.draw(digits, rng)) for digits in digit_pairs(PAIRS))
        shares = {
            name: sure_shares(coder, judge, starts, ends, way=self.path)
            for name, coder in coders.items()
        }
        ahead = Mean.of(shares["VAE"] - shares["autoencoder"])
        return {name: Mean.of(values) for name, values in shares.items()}, ahead

    def _print(self, sure: "dict[str, Mean]", ahead: "Mean") -> None:
        if self.json:
            self.print_json(
                {
                    "file": str(self.out),
                    "pairs": PAIRS,
                    "sure": {name: mean.value for name, mean in sure.items()},
                    "ci95": {name: [mean.low, mean.high] for name, mean in sure.items()},
                    "difference": ahead.value,
                    "difference_ci95": [ahead.low, ahead.high],
                }
            )
            return
        self.stdout.print(str(self.out), markup=False)
        shares = ", ".join(f"{name} {mean.value:.1%}" for name, mean in sure.items())
        self.stdout.print(
            f"a classifier is sure of what lies between two digits: {shares}; difference "
            f"{100 * ahead.value:+.1f} percentage points (95% interval {100 * ahead.low:+.1f} to "
            f"{100 * ahead.high:+.1f}, {PAIRS:,} pairs)"
        )

    def _coders(self) -> "Coders":
        from agents.cli.nets.data import NetworkError, one_line_errors
        from networks.classifier import PIXELS
        from networks.models import VAE, Autoencoder
        from networks.weights import load_coders

        latents = 2 if self.picture == "plane" else 16
        with one_line_errors():
            if self.autoencoder is None or self.vae is None:
                autoencoder, vae = load_coders(latents)
            if self.autoencoder is not None:
                autoencoder = Autoencoder.load(self.autoencoder / "checkpoint.safetensors")
            if self.vae is not None:
                vae = VAE.load(self.vae / "checkpoint.safetensors")
        coders: Coders = {"autoencoder": autoencoder, "VAE": vae}
        for name, coder in coders.items():
            if coder.config()["sizes"][0] != PIXELS:
                raise NetworkError(f"the {name} is not of images of 28 x 28 pixels")
            if self.picture == "plane" and coder.latents != 2:
                raise NetworkError(f"a plane needs 2 latents; the {name} has {coder.latents}")
        return coders

    def _draw(
        self, coders: "Coders", ends: "Array", rows: "Array", rng: "np.random.Generator"
    ) -> None:
        from env2048.files import atomic_path
        from networks.demos import walk_pictures as pictures
        from networks.demos.pictures import THEMES, write_animation, write_picture

        theme = THEMES[self.theme]
        with atomic_path(self.out) as temporary:
            if self.picture == "plane":
                sheet = pictures.planes(coders, rows, self.points)
            elif self.picture == "nudges":
                sheet = pictures.nudges(coders, ends, rows, rng)
            else:
                frames = pictures.frames(coders, ends, self.points, self.path, self.size)
                if self.out.suffix.lower() == ".gif":
                    write_animation(temporary, [*frames, *frames[-2::-1]], theme, 80, 1000)
                    return
                sheet = pictures.strips(coders, ends, self.points, self.path)
            write_picture(temporary, sheet, theme)
