"""The part of `scratch2048 nets train` that trains networks which tell characters apart."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from agents.cli.games import claim_run
from agents.cli.nets.data import option_errors

if TYPE_CHECKING:
    from agents.cli.nets.train import NetsTrain
    from agents.training.network_run import NetworkRun
    from networks.classifier import ClassifierConfig


def check(command: "NetsTrain") -> None:
    """Checks the settings before anything is done for them.

    Raises:
        UsageError: naming the option that is out of range.
    """
    _config(command, 10)


def begin(command: "NetsTrain") -> None:
    """A new run: trains, and says what came of it."""
    from agents.training.network_run import NetworkRun
    from agents.training.runs import RunFolder, free_name

    assert command.data is not None
    part = command.part()
    examples, tests = command.images(command.data, part)
    highest = 0 if examples is None else int(examples.labels.max())
    config = _config(command, max(10, highest + 1), command.choose_seed(command.seed))
    path = command.out or claim_run(free_name("mlp"))
    run = RunFolder.create(path, "mlp", {"data": command.data, "hold_out": part, **asdict(config)})
    training = NetworkRun(run, config, examples, tests)
    _announce(command, training)
    with run.held():
        command.train(training, path)
    _print(command, training)


def resume(command: "NetsTrain", path: Path) -> None:
    """Goes on with a run, and says what came of it.

    Raises:
        RunError: if it is none, or not a classifier's.
    """
    from agents.training.network_run import NetworkRun
    from agents.training.runs import RunError, RunFolder
    from networks.classifier import ClassifierConfig

    run = RunFolder.open(path)
    content = run.read()
    if content["kind"] != "mlp":
        raise RunError(f"{run.config_path}: not a network's run but one of {content['kind']!r}")
    settings = dict(content["config"])
    try:
        data, part = str(settings.pop("data")), settings.pop("hold_out")
        config = ClassifierConfig.from_dict(settings)
        examples, tests = command.images(data, part and (int(part[0]), int(part[1])))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None
    training = NetworkRun(run, config, examples, tests)
    training.resume()
    run.resumed(content["config"])
    if len(training.history) >= config.epochs:
        command.say(f"all {config.epochs:,} epochs are done")
    else:
        _announce(command, training)
    command.train(training, path)
    _print(command, training)


def _config(command: "NetsTrain", classes: int, seed: int | None = None) -> "ClassifierConfig":
    from agents.cli.nets.train import DRAWN
    from networks.classifier import ClassifierConfig

    with option_errors():
        given = command.given("mlp")
        if command.data in DRAWN:
            given["drawn"] = 1
        if seed is not None:
            given["seed"] = seed
        return ClassifierConfig(classes=classes, **given)


def _announce(command: "NetsTrain", training: "NetworkRun") -> None:
    config, layers = training.config, training.model.config()["sizes"]
    held = "" if training.tests is None else f", {training.tests.labels.size:,} held out"
    command.say(
        f"mlp {'-'.join(map(str, layers))}, {config.epochs:,} epochs of "
        f"{training.batches.images:,} images{held}, seed {config.seed}: in {training.run.path}"
    )


def _print(command: "NetsTrain", training: "NetworkRun") -> None:
    from networks.confusion import Judgement

    judged = None
    if training.tests is not None:
        images, labels = training.tests.batch
        judged = Judgement(labels, training.model.predict(images))
    if command.json:
        command.print_json(
            {
                "run": str(training.run.path),
                "model": "mlp",
                "epochs": len(training.history),
                "seed": training.config.seed,
                "seconds": training.seconds,
                "images_per_second": training.images_per_second,
                "loss": training.history[-1]["loss"],
                "accuracy": judged and judged.accuracy,
                "count": judged and judged.count,
                "errors": judged and judged.errors,
            }
        )
        return
    command.stdout.print(
        f"{len(training.history):,} epochs in {training.seconds:.1f} s: "
        f"{training.images_per_second:,.0f} images/s"
    )
    if judged:
        from agents.cli.show import print_judgement

        print_judgement(command.stdout, "images held out", judged)
    command.stdout.print(f"run: {training.run.path}", markup=False)
