"""`scratch2048 nets write`: a text in letters that noise turns into, each a sample of its own."""

from dataclasses import dataclass
from typing import Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from agents.cli.command import Command, Count, OutFile, Seed
from agents.cli.games import check_seed, claim_files
from agents.cli.nets.generators import GENERATOR, USUAL, SamplingOptions
from env2048.errors import UsageError

MOST_CHARACTERS = 2000
MOST_WIDTH = 200
MOST_SIZE = 8


@dataclass(frozen=True, kw_only=True)
class NetsWrite(Command):
    r"""Writes a text, each letter a sample: a GIF from noise to text, or a PNG of the text.

    Line breaks are kept (also as the two characters \n), long lines are broken between words.
    """

    text: Annotated[str, Positional, arg(metavar="TEXT")]
    """What to write: letters, digits, spaces and . , ! ? ' " - : ; ( ) &"""
    out: OutFile
    """Write here (.gif or .png)."""
    width: Count = 24
    """Characters in a line, at most."""
    size: Count = 2
    """How many times larger than the network's pixels the picture is."""
    theme: Annotated[Literal["light", "dark"], arg(metavar="{light,dark}")] = "light"
    """Dark ink on light paper, or light on dark."""
    model: Annotated[str, arg(metavar="MODEL")] = GENERATOR
    """diffusion, or a run folder."""
    how: OmitArgPrefixes[SamplingOptions] = USUAL
    seed: Seed = None
    """The same seed, the same letters."""

    def check(self) -> None:
        """Checks the options, the text, and that the file can be written."""
        if self.out.suffix.lower() not in (".gif", ".png"):
            raise UsageError(f"{self.out}: a text is a .gif or a .png file")
        if not 1 <= self.width <= MOST_WIDTH:
            raise UsageError(f"--width must be 1 to {MOST_WIDTH}, not {self.width}")
        if not 1 <= self.size <= MOST_SIZE:
            raise UsageError(f"--size must be 1 to {MOST_SIZE}, not {self.size}")
        if len(self.text) > MOST_CHARACTERS:
            raise UsageError(
                f"the text has {len(self.text):,} characters; {MOST_CHARACTERS:,} is the most"
            )
        self.how.check()
        check_seed(self.seed)
        self._lines()
        claim_files(self.out)

    def run(self) -> None:
        """Writes it."""
        import numpy as np

        from agents.cli.nets.generators import load_generator
        from agents.cli.show import steps_bar
        from env2048.files import atomic_path
        from networks.demos.pictures import THEMES, enlarged, write_animation, write_picture
        from networks.demos.writer import write

        generator = load_generator(self.model)
        lines = self._lines(generator.characters)
        rng = np.random.default_rng(self.choose_seed(self.seed))
        sampling = self.how.sampling(generator.sampling)
        with steps_bar(self.stderr, "writing", sampling.steps + 1, "steps") as show:
            frames = list(write(lines, generator, rng, sampling, show))
        theme = THEMES[self.theme]
        with atomic_path(self.out) as temporary:
            if self.out.suffix.lower() == ".png":
                write_picture(temporary, enlarged(frames[-1], self.size), theme)
            else:
                write_animation(temporary, [enlarged(each, self.size) for each in frames], theme)
        self.stdout.print(str(self.out), markup=False)

    def _lines(self, known: str | None = None) -> list[str]:
        """The lines to set.

        Raises:
            UsageError: naming the characters that are not known.
        """
        from networks.data import CLASSES
        from networks.demos.writer import WriterError, wrapped

        try:
            return wrapped(self.text.replace("\\n", "\n"), self.width, known or CLASSES)
        except WriterError as error:
            raise UsageError(str(error)) from None
