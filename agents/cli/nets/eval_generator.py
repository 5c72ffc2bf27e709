"""The part of `scratch2048 nets eval` that measures a generator: `networks/quality.py` says how.

Judge, generator and reference have data of their own. Drawn images are fresh for each. Of images of
one's own the generator has learned from those that were not held out; half of those held out train
the judge, the other half is the reference.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.cli.nets.data import NetworkError
from agents.cli.nets.generators import GENERATOR, load_generator

if TYPE_CHECKING:
    from agents.cli.nets.eval import NetsEval
    from networks.classifier import Examples
    from networks.generator import Generator
    from networks.models import Sampling
    from networks.quality import Judge, Quality

GUIDANCE = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Weights whose trade-off is drawn."""
JUDGE_IMAGES = 200_000
JUDGE_STEPS = 5_000


class _Real(NamedTuple):
    """Real images: for the judge, to test it, to compare samples with, and as many others."""

    judge: "Examples"
    tests: "Examples"
    reference: "Examples"
    other: "Examples"


def eval_generator(command: "NetsEval") -> None:
    """Trains a judge, makes samples, judges and prints."""
    from agents.cli.show import steps_bar
    from networks.data.augment import Distortion
    from networks.quality import train_judge

    generator = load_generator(command.model)
    seed = command.choose_seed(command.seed)
    classes = generator.diffusion.classes
    drawn, real = _real(command, classes, seed)
    epochs = max(1, round(JUDGE_STEPS * 256 / len(real.judge.labels)))
    with steps_bar(command.stderr, "judge", JUDGE_STEPS, "steps") as show:
        distortion = None if drawn else Distortion()
        judge = train_judge(
            real.judge, classes, epochs=epochs, distortion=distortion, seed=seed, on_step=show
        )
    sampling = command.how.sampling(generator.sampling)
    quality = _judged(command, generator, sampling, judge, real, seed)
    tried = {}
    if command.plot is not None:
        from agents.generator_plots import plot_guidance

        for weight in GUIDANCE:
            guidance = replace(sampling.guidance, weight=weight)
            guided = replace(sampling, guidance=guidance)
            tried[weight] = _judged(command, generator, guided, judge, real, seed)
        plot_guidance(tried, f"{command.model}: {quality.count:,} samples", command.plot)
        command.say(f"plot: {command.plot}")
    _print(command, quality, tried, judge.accuracy(real.tests))


def _judged(
    command: "NetsEval",
    generator: "Generator",
    sampling: "Sampling",
    judge: "Judge",
    real: _Real,
    seed: int,
) -> "Quality":
    """Makes samples of the classes of the reference, and judges them."""
    import numpy as np

    from agents.cli.show import steps_bar
    from networks.classifier import Examples
    from networks.quality import assess

    labels, rng = real.reference.labels, np.random.default_rng([seed, 0])
    parts = []
    with steps_bar(command.stderr, "sampling", len(labels), "images") as show:
        for start in range(0, len(labels), 256):
            parts.append(generator.sample(labels[start : start + 256], rng, sampling))
            show(start + len(parts[-1]))
    samples = Examples(np.concatenate(parts), labels)
    try:
        return assess(samples, judge, real.reference, real.other)
    except ValueError as error:
        raise NetworkError(f"{command.model}: too few images held out: {error}") from None


def _real(command: "NetsEval", classes: int, seed: int) -> tuple[bool, _Real]:
    """Whether the images are drawn, and the images."""
    from agents.training.generator_run import DRAWN_NAMES, data_of

    data, part = "drawn", None
    if command.model != GENERATOR:
        data, part = data_of(Path(command.model))
    if data in DRAWN_NAMES:
        return True, _drawn(data, command.count, classes, seed)
    if part is None:
        raise NetworkError(
            f"{command.model}: has learned from all images of {data}; train with --hold-out 1/2, "
            "so that there are others for the judge"
        )
    return False, _own(command, data, part, seed)


def _drawn(data: str, count: int, classes: int, seed: int) -> _Real:
    """Drawn images, all different; the classes come in turns, so that each has as many."""
    import numpy as np

    from networks.classifier import Examples
    from networks.generator import DrawnImages

    drawn = DrawnImages(digits=data == "drawn-digits").drawn
    labels = np.arange(count) % classes

    def images(number: int, wanted: Any) -> Examples:
        return Examples(drawn.draw(wanted, np.random.default_rng([seed, number])), wanted)

    return _Real(
        judge=images(1, np.arange(JUDGE_IMAGES) % classes),
        tests=images(2, np.arange(10_000) % classes),
        reference=images(3, labels),
        other=images(4, labels),
    )


def _own(command: "NetsEval", data: str, part: tuple[int, int], seed: int) -> _Real:
    """Images of one's own, none in two places."""
    import numpy as np

    from agents.cli.nets.data import load_examples
    from networks.classifier import Examples, hold_out

    def some(examples: Examples, count: int) -> Examples:
        chosen = np.random.default_rng([seed, 5]).permutation(len(examples.labels))[:count]
        return Examples(examples.images[chosen], examples.labels[chosen])

    learned, held_out = hold_out(load_examples(data, "train", command.stderr), *part)
    judge, reference = hold_out(held_out, 1, 2)
    count = min(command.count, len(reference.labels), len(learned.labels))
    return _Real(judge, learned, some(reference, count), some(learned, count))


def _print(
    command: "NetsEval", quality: "Quality", tried: "dict[float, Quality]", judge: float
) -> None:
    if command.json:
        trade_off = [{"guidance": weight, **_numbers(each)} for weight, each in tried.items()]
        found = {**_numbers(quality), "judge_accuracy": judge}
        command.print_json({**found, "trade_off": trade_off} if tried else found)
        return
    command.stdout.print(
        f"{command.model}: {quality.accuracy:.2%} of {quality.count:,} samples are taken for what "
        f"was asked for, by a judge that is right in {judge:.2%} of real images",
        markup=False,
    )
    command.stdout.print(
        f"diversity {quality.diversity:.3f} of real images', Frechet distance "
        f"{quality.frechet:.2f}, of real images {quality.frechet_real:.2f}: "
        f"{quality.frechet_ratio:.2f} times"
    )
    for weight, each in tried.items():
        command.stdout.print(
            f"guidance {weight:g}: {each.accuracy:.2%}, diversity {each.diversity:.3f}, Frechet "
            f"distance {each.frechet_ratio:.2f} times"
        )


def _numbers(quality: "Quality") -> dict[str, float]:
    return {
        "accuracy": quality.accuracy,
        "count": quality.count,
        "errors": quality.errors,
        "diversity": quality.diversity,
        "frechet": quality.frechet,
        "frechet_real": quality.frechet_real,
        "frechet_ratio": quality.frechet_ratio,
    }
