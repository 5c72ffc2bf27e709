"""`scratch2048 nets sample`: images of the characters that one asks for."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import OmitArgPrefixes, arg

from agents.cli.command import Command, Count, OutFile, Seed
from agents.cli.games import check_seed, claim_files
from agents.cli.nets.generators import GENERATOR, USUAL, SamplingOptions
from env2048.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 1_000_000
_COLUMNS = 40
_SUFFIXES = (".npz", ".png")


@dataclass(frozen=True, kw_only=True)
class NetsSample(Command):
    """Makes images of characters: as many different ones of each as are wanted.

    An .npz file holds `images`, uint8 [N * len, 28, 28], white on black, and `labels`, [N * len]
    characters; those of one character follow each other. A .png file is a sheet of them.
    """

    labels: Annotated[str, arg(metavar="ABC")]
    """The characters, each once: digits, capitals, small letters, punctuation."""
    count: Count = 20
    """Images of each."""
    out: OutFile
    """Write here (.npz or .png)."""
    model: Annotated[str, arg(metavar="MODEL")] = GENERATOR
    """diffusion, or a run folder."""
    how: OmitArgPrefixes[SamplingOptions] = USUAL
    seed: Seed = None
    """The same seed, the same images."""

    def check(self) -> None:
        """Checks the options, and that the file can be written."""
        if not self.labels:
            raise UsageError("--labels: which characters? for example --labels ABC")
        repeated = [c for i, c in enumerate(self.labels) if c in self.labels[:i]]
        if repeated:
            raise UsageError(f"--labels: {repeated[0]!r} stands there twice; --count makes more")
        if self.count < 1 or self.count * len(self.labels) > MOST:
            raise UsageError(f"--count must be 1 or more, for {MOST:,} images at most")
        if self.out.suffix.lower() not in _SUFFIXES:
            raise UsageError(f"{self.out}: samples are a .npz or a .png file")
        self.how.check()
        check_seed(self.seed)
        claim_files(self.out)

    def run(self) -> None:
        """Makes them."""
        import numpy as np

        from agents.cli.nets.generators import load_generator
        from agents.cli.show import steps_bar
        from networks.data import characters_of, labels_of

        generator = load_generator(self.model)
        _check_known(self.labels, generator.characters, "--labels")
        labels = np.repeat(labels_of(self.labels), self.count)
        rng = np.random.default_rng(self.choose_seed(self.seed))
        sampling = self.how.sampling(generator.sampling)
        parts = []
        with steps_bar(self.stderr, "sampling", len(labels), "images") as show:
            for start in range(0, len(labels), 256):
                parts.append(generator.sample(labels[start : start + 256], rng, sampling))
                show(start + len(parts[-1]))
        images = np.concatenate(parts)
        if self.out.suffix.lower() == ".png":
            columns = min(self.count, _COLUMNS)
            _write_sheet(self.out, images, columns * (_COLUMNS // columns))
        else:
            _write_arrays(self.out, images, np.array(list(characters_of(labels))))
        self.stdout.print(str(self.out), markup=False)


def _check_known(text: str, known: str, option: str) -> None:
    """Raises UsageError naming every character of a text that a generator does not know."""
    if unknown := [c for c in dict.fromkeys(text) if c not in known]:
        names = " ".join(map(repr, unknown))
        raise UsageError(f"{option}: no class for {names}: the known characters are {known}")


def _write_arrays(path: Path, images: "NDArray[np.uint8]", labels: "NDArray[np.str_]") -> None:
    import numpy as np

    from env2048.files import atomic_path

    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, images=images, labels=labels)


def _write_sheet(path: Path, images: "NDArray[np.uint8]", columns: int) -> None:
    from PIL import Image

    from env2048.files import atomic_path
    from networks.data import contact_sheet

    with atomic_path(path) as temporary:
        Image.fromarray(contact_sheet(images, columns, enlarge=2)).save(temporary)
