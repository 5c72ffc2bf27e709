"""`scratch2048 nets eval`: how often a network is right, or how good a generator is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tyro.conf import OmitArgPrefixes, Positional, arg

from agents.cli.command import Count, JsonCommand, OptionalFile, Seed
from agents.cli.games import check_seed, claim_files
from agents.cli.nets.generators import USUAL, SamplingOptions, is_generator
from env2048.errors import UsageError

if TYPE_CHECKING:
    from networks.classifier import Examples
    from networks.confusion import Judgement
    from networks.models import MLP

MOST_SAMPLES = 100_000


@dataclass(frozen=True, kw_only=True)
class NetsEval(JsonCommand):
    """Tests a network on images whose labels are known, or judges what a generator makes.

    A generator (diffusion, or a run of nets train diffusion) is judged by a classifier that is
    trained for it on images that the generator has not seen: by accuracy, diversity and Frechet
    distance.
    """

    model: Annotated[str, Positional, arg(metavar="MODEL")]
    """digits, diffusion, or a run folder."""
    data: Annotated[str | None, arg(metavar="NAME|DIR", help_behavior_hint="")] = None
    """A folder of IDX files: with MNIST's four the t10k pair is used, with one pair that pair. Or a
    name: mnist, emnist-letters, emnist-balanced, emnist-byclass. Not for a generator."""
    count: Count = 2000
    """Samples of a generator to judge."""
    how: OmitArgPrefixes[SamplingOptions] = USUAL
    seed: Seed = None
    """Determines a generator's samples and their judge."""
    plot: OptionalFile = None
    """Write the confusion matrix here (.png, .svg or .pdf), of a generator what guidance gains and
    costs."""
    mistakes: OptionalFile = None
    """Write the worst mistakes here, as one picture (.png, .svg or .pdf)."""

    def check(self) -> None:
        """Checks that the pictures can be written."""
        from agents.plots import check_format

        if not self.model:
            raise UsageError("which network? digits, diffusion, or a run folder")
        if is_generator(self.model):
            self._check_generator()
        elif self.data is None:
            raise UsageError("missing --data NAME|DIR: on which images?")
        for path in (self.plot, self.mistakes):
            if path is not None:
                check_format(path)
        claim_files(self.plot, self.mistakes)

    def _check_generator(self) -> None:
        for name in ("data", "mistakes"):
            if getattr(self, name) is not None:
                raise UsageError(f"--{name} does not go with a generator")
        if not 100 <= self.count <= MOST_SAMPLES:
            raise UsageError(f"--count must be 100 to {MOST_SAMPLES}, not {self.count}")
        self.how.check()
        check_seed(self.seed)

    def run(self) -> None:
        """Tests."""
        from agents.cli.nets.data import check_labels, load_examples, load_network
        from agents.cli.nets.eval_generator import eval_generator

        if is_generator(self.model):
            eval_generator(self)
            return
        assert self.data is not None
        model = load_network(self.model)
        examples = load_examples(self.data, "test", self.stderr)
        check_labels(examples, model.outputs, self.data, self.model)
        judged = self._judge(model, examples)
        self._draw(judged, examples)
        if self.json:
            self.print_json(
                {"accuracy": judged.accuracy, "count": judged.count, "errors": judged.errors}
            )
        else:
            from agents.cli.show import print_judgement

            print_judgement(self.stdout, f"{self.model} on {self.data}", judged)

    def _judge(self, model: "MLP", examples: "Examples") -> "Judgement":
        """The network's probabilities for all images, a thousand at a time."""
        import numpy as np

        from networks.classifier import as_rows
        from networks.confusion import Judgement

        images = examples.images
        parts = [
            model.predict(as_rows(images[start : start + 1000]))
            for start in range(0, len(images), 1000)
        ]
        return Judgement(examples.labels, np.concatenate(parts))

    def _draw(self, judged: "Judgement", examples: "Examples") -> None:
        """The pictures that were asked for."""
        from networks.data import CLASSES

        if self.plot is None and self.mistakes is None:
            return
        from agents.network_plots import plot_confusion, plot_mistakes

        names = CLASSES[: judged.probabilities.shape[1]]
        title = f"{self.model} on {self.data}"
        if self.plot is not None:
            plot_confusion(judged, names, title, self.plot)
            self.say(f"plot: {self.plot}")
        if self.mistakes is not None:
            plot_mistakes(judged, examples.images, names, title, self.mistakes)
            self.say(f"mistakes: {self.mistakes}")
