"""Models that make images on the command line: train, sample, write, walk, eval."""

import json
import signal

import numpy as np
import pytest
from interruption import interrupt_training
from PIL import Image

from agents.cli.nets import eval_generator
from networks import quality
from networks.checkpoint import read_tensors
from networks.data import drawn_set, write_idx
from networks.generator import USUAL, Generator
from networks.models import VAE, Autoencoder, Diffusion

TINY = ("--blocks", 1, "--batch", 400, "--epochs", 1, "--seed", 1)


def write_digits(folder, count=400):
    images, labels = drawn_set(count, seed=8)
    folder.mkdir()
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Runs of a few seconds, to be read only: vae, autoencoder and diffusion, all of `digits`."""
    from agents.cli.main import main

    place = tmp_path_factory.mktemp("generators")
    data = write_digits(place / "digits")
    common = ["--data", data, "--hold-out", "1/2", "--quiet", "--seed", 1]
    small = ["--hidden", "32", "--latents", 4, "--epochs", 8, "--batch", 20, "--rate", 0.003]
    for model in ("vae", "autoencoder"):
        line = ["nets", "train", model, *common, *small, "--out", place / model]
        assert main([str(word) for word in line]) == 0
    line = ["nets", "train", "diffusion", *common, "--vae", place / "vae", "--out"]
    line += [place / "diffusion", "--blocks", 1, "--epochs", 30, "--batch", 50]
    assert main([str(word) for word in line]) == 0
    return place


def test_run_folders_say_how_they_came_about(trained):
    for kind in ("vae", "autoencoder", "diffusion"):
        content = json.loads((trained / kind / "config.json").read_text())
        assert content["kind"] == kind
        assert content["config"]["data"] == str(trained / "digits")
        assert content["config"]["hold_out"] == [1, 2]
    assert content["config"]["blocks"] == 1
    rows = (trained / "diffusion" / "metrics.jsonl").read_text().splitlines()
    assert len(rows) == 30
    assert json.loads(rows[-1])["loss"] < json.loads(rows[0])["loss"]
    assert VAE.load(trained / "vae" / "checkpoint.safetensors").latents == 4
    assert Autoencoder.load(trained / "autoencoder" / "checkpoint.safetensors").latents == 4
    inner = trained / "diffusion" / "vae" / "checkpoint.safetensors"
    assert inner.read_bytes() == (trained / "vae" / "checkpoint.safetensors").read_bytes()


def test_what_training_prints(run, trained):
    options = ("--data", trained / "digits", "--hidden", 8, "--epochs", 1, "--seed", 2)
    found = run("nets", "train", "vae", *options, "--hold-out", "1/4", "--json", "--quiet").json
    assert list(found) == [
        "run", "model", "epochs", "seed", "seconds", "images_per_second", "loss",
        "held_out_loss", "held_out_reconstruction", "held_out_kl",
    ]  # fmt: skip
    assert (found["run"], found["model"], found["epochs"]) == ("runs/vae-1", "vae", 1)
    lines = run("nets", "train", "autoencoder", *options, "--quiet").out.splitlines()
    assert lines[0].startswith("1 epochs in ") and lines[-1] == "run: runs/autoencoder-1"


def test_without_a_vae_one_is_trained_first(run, folder, trained, monkeypatch):
    from networks import generator_config

    small = {"hidden": (16,), "latents": 3, "epochs": 2, "batch": 100}
    defaults = generator_config.AutoencoderConfig.__init__.__kwdefaults__
    assert defaults is None
    monkeypatch.setattr(
        generator_config, "AutoencoderConfig", _with(generator_config.AutoencoderConfig, small)
    )
    result = run("nets", "train", "diffusion", "--data", trained / "digits", *TINY, "--out", "d")
    assert result.code == 0
    content = json.loads((folder / "d" / "vae" / "config.json").read_text())
    assert content["kind"] == "vae" and content["config"]["seed"] == 1
    assert Diffusion.load(folder / "d" / "checkpoint.safetensors").features == 3


def _with(kind, settings):
    """A class of settings with other defaults."""

    class Small(kind):
        def __init__(self, **given):
            super().__init__(**settings | given)

    return Small


def test_drawn_characters_need_no_data(run, folder):
    small = ("--hidden", 8, "--batch", 5000, "--epochs", 1, "--seed", 1, "--quiet")
    for data in ("drawn", "drawn-digits"):
        assert run("nets", "train", "vae", "--data", data, *small, "--out", data).code == 0
    line = ("--data", "drawn", "--vae", "drawn", *TINY, "--batch", 10_000, "--out", "d", "--quiet")
    assert run("nets", "train", "diffusion", *line).code == 0
    assert Diffusion.load(folder / "d" / "checkpoint.safetensors").classes == 74


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on(run, folder, trained, number):
    """Stopped in the middle, and continued, it is the run that was never stopped."""
    options = ["--data", str(trained / "digits"), "--vae", str(trained / "vae"), "--blocks", "1"]
    options += ["--epochs", "10", "--batch", "50", "--seed", "4", "--quiet"]
    interrupt_training(folder, number, "diffusion", *options)
    assert run("nets", "train", "--resume", "cut", "--quiet").code == 0
    assert run("nets", "train", "diffusion", *options, "--out", "whole").code == 0
    cut, whole = (
        read_tensors(folder / name / "checkpoint.safetensors")[0] for name in ("cut", "whole")
    )
    assert cut.keys() == whole.keys()
    for name, tensor in cut.items():
        np.testing.assert_array_equal(tensor, whole[name])


def test_samples_follow_the_contract(run, folder, trained):
    options = ("--model", trained / "diffusion", "--seed", 3, "--quiet")
    assert run("nets", "sample", "--labels", "731", "--count", 4, "-o", "a.npz", *options).code == 0
    with np.load(folder / "a.npz", allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    assert images.shape == (12, 28, 28) and images.dtype == np.uint8
    assert labels.tolist() == list("777733331111")
    assert run("nets", "sample", "--labels", "731", "--count", 4, "-o", "b.npz", *options).code == 0
    with np.load(folder / "b.npz") as file:
        np.testing.assert_array_equal(file["images"], images)
    assert run("nets", "sample", "--labels", "73", "--count", 5, "-o", "a.png", *options).code == 0
    with Image.open(folder / "a.png") as sheet:
        assert sheet.size == (2 * (10 * 29 - 1), 2 * 28)


def test_an_unseeded_run_prints_the_seed_it_chose(run, trained):
    options = ("--model", trained / "diffusion", "--labels", "7", "--count", 1)
    result = run("nets", "sample", *options, "-o", "a.npz")
    assert result.code == 0 and "seed " in result.err and result.out == "a.npz\n"


@pytest.mark.parametrize("name", ["a.gif", "a.png"])
def test_a_text_is_written(run, folder, trained, name):
    options = ("--model", trained / "diffusion", "--seed", 3, "--steps", 5, "--theme", "dark")
    result = run("nets", "write", "012\\n34 5", "-o", name, *options, "--size", 1)
    assert (result.code, result.out) == (0, f"{name}\n")
    assert "writing" in result.err
    with Image.open(folder / name) as picture:
        assert getattr(picture, "n_frames", 1) == (6 if name == "a.gif" else 1)
        assert picture.height == 28 + 30 + 12
    again = run("nets", "write", "0", "-o", name, *options)
    assert again.code == 1 and again.error.startswith(f"{name}: exists already")


def test_characters_that_it_does_not_know_are_named_before_anything_is_done(run, folder, trained):
    result = run("nets", "write", "1 x 2 é", "-o", "a.gif", "--model", trained / "diffusion")
    assert result.code == 2 and "no letters for 'é'" in result.error
    result = run("nets", "write", "1 x 2", "-o", "a.gif", "--model", trained / "diffusion")
    assert result.code == 2 and "no letters for 'x': the known characters are 01234" in result.error
    result = run(
        "nets", "sample", "--labels", "1xy", "-o", "a.npz", "--model", trained / "diffusion"
    )
    assert result.code == 2 and "--labels: no class for 'x' 'y': the known" in result.error
    assert not list(folder.iterdir())


def test_a_walk_of_ones_own_models(run, folder, trained):
    own = ("--autoencoder", trained / "autoencoder", "--vae", trained / "vae", "--seed", 1)
    result = run("nets", "walk", 2, 7, "-o", "w.gif", *own, "--points", 5, "--size", 2, "--quiet")
    assert result.out.startswith(
        "w.gif\na classifier is sure of what lies between two digits: auto"
    )
    with Image.open(folder / "w.gif") as film:
        assert film.n_frames == 9
        assert film.size == (2 * 56 + 8, 56 + 28)
    for picture, name in (("walk", "w.png"), ("nudges", "n.png")):
        line = ("nets", "walk", 2, 7, "-o", name, "--picture", picture, *own)
        found = run(*line, "--path", "spherical", "--json").json
        assert found["file"] == name
        assert set(found["sure"]) == {"autoencoder", "VAE"}
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    result = run("nets", "walk", 2, 7, "-o", "p.png", "--picture", "plane", *own)
    assert result.code == 1 and "a plane needs 2 latents; the autoencoder has 4" in result.error


FIELDS = [
    "accuracy", "count", "errors", "diversity", "frechet", "frechet_real", "frechet_ratio",
    "judge_accuracy",
]  # fmt: skip


@pytest.fixture(scope="module")
def judges():
    """The judges that tests have had trained."""
    return {}


@pytest.fixture
def one_judge(judges, monkeypatch):
    """Judges of few steps; a command that would train the same judge again is given the first."""
    train_judge = quality.train_judge

    def train_once(examples, classes, **settings):
        settings.pop("on_step")
        key = (examples.images.tobytes(), classes, *settings.values())
        if key not in judges:
            judges[key] = train_judge(examples, classes, **settings)
        return judges[key]

    monkeypatch.setattr(eval_generator, "JUDGE_STEPS", 200)
    monkeypatch.setattr(quality, "train_judge", train_once)


def test_a_generator_is_judged(run, trained, one_judge):
    line = ("nets", "eval", trained / "diffusion", "--count", 100, "--seed", 1)
    found = run(*line, "--json").json
    assert list(found) == FIELDS
    assert found["count"] == 100
    assert found["accuracy"] == pytest.approx(1 - found["errors"] / 100)
    assert found["frechet_ratio"] == pytest.approx(found["frechet"] / found["frechet_real"])
    assert found["judge_accuracy"] > 0.6
    lines = run(*line).out.splitlines()
    assert len(lines) == 2 and lines[1].startswith("diversity ")


def test_the_trade_off_of_guidance(run, folder, trained, one_judge):
    line = ("nets", "eval", trained / "diffusion", "--count", 100, "--seed", 1, "--steps", 5)
    found = run(*line, "--plot", "g.png", "--json").json
    assert list(found) == [*FIELDS, "trade_off"]
    tried = {each.pop("guidance"): each for each in found["trade_off"]}
    assert list(tried) == list(eval_generator.GUIDANCE)
    assert tried[USUAL.guidance.weight].items() <= found.items()
    assert len({each["frechet"] for each in tried.values()}) == len(tried)
    assert (folder / "g.png").read_bytes().startswith(b"\x89PNG")


def test_a_generator_of_drawn_characters_is_judged(run, folder, monkeypatch):
    from agents.cli.nets import generators

    generator = Generator(
        VAE([784, 8, 3]), Diffusion(3, classes=74, hidden=8, inner=8, condition=8)
    )
    monkeypatch.setattr(eval_generator, "load_generator", lambda name: generator)
    monkeypatch.setattr(eval_generator, "JUDGE_STEPS", 30)
    monkeypatch.setattr(eval_generator, "JUDGE_IMAGES", 1000)
    found = run("nets", "eval", generators.GENERATOR, "--count", 222, "--seed", 1, "--json").json
    assert list(found) == FIELDS
    assert found["accuracy"] < 0.2 and found["frechet_ratio"] > 2


def test_without_images_held_out_there_is_no_judge(run, folder, trained):
    line = ("--data", trained / "digits", "--vae", trained / "vae", *TINY, "--out", "d", "--quiet")
    assert run("nets", "train", "diffusion", *line).code == 0
    result = run("nets", "eval", "d", "--seed", 1)
    assert result.code == 1
    assert "d: has learned from all images of " in result.error
    assert "train with --hold-out 1/2" in result.error


WRONG = [
    ("train vae --data drawn --dropout 0.1", "--dropout is not for the model vae"),
    ("train mlp --data drawn --latents 3", "--latents is not for the model mlp"),
    ("train diffusion --data drawn --hidden 3", "--hidden is not for the model diffusion"),
    ("train vae --data drawn --distort 0.5", "--distort is for images of your own"),
    ("train vae --data digits --distort 11", "--distort must be 0 to 10, not 11"),
    ("train vae --data drawn --latents 0", "--latents must be 1 to 1000, not 0"),
    ("train vae --data drawn --hidden x", "--hidden must be sizes as 800,400, not 'x'"),
    ("train diffusion --data drawn --blocks 0", "--blocks must be 1 to 100, not 0"),
    ("train vae --data drawn --hold-out 1/2", "--hold-out is for images of your own"),
    ("sample -o a.npz", "missing --labels"),
    ("sample --labels  -o a.npz", "--labels"),
    ("sample --labels AA -o a.npz", "--labels: 'A' stands there twice"),
    ("sample --labels A --count 0 -o a.npz", "--count must be 1 or more"),
    ("sample --labels A -o a.txt", "a.txt: samples are a .npz or a .png file"),
    ("sample --labels A -o a.npz --steps 0", "--steps must be 1 to 1000, not 0"),
    ("sample --labels A -o a.npz --guidance nan", "--guidance must be 0 to 20, not nan"),
    ("sample --labels A -o a.npz --eta 2", "--eta must be 0 to 1, not 2"),
    ("sample --labels A -o a.npz --model nobody", "unknown model 'nobody': choose diffusion"),
    ("write A -o a.txt", "a.txt: a text is a .gif or a .png file"),
    ("write A -o a.gif --width 0", "--width must be 1 to 200, not 0"),
    ("write A -o a.gif --size 9", "--size must be 1 to 8, not 9"),
    ("walk 2 x -o a.gif", "a walk leads from one digit to another"),
    ("walk 2 -o a.gif", "a walk leads from one digit to another"),
    ("walk 2 7 -o a.gif --picture plane", "a.gif: a plane is a .png file"),
    ("walk 2 7 -o a.gif --points 1", "--points must be 2 to 100, not 1"),
    ("walk 2 7 -o a.gif --size 0", "--size must be 1 to 20, not 0"),
    ("eval diffusion --data d", "--data does not go with a generator"),
    ("eval diffusion --mistakes a.png", "--mistakes does not go with a generator"),
    ("eval diffusion --count 5", "--count must be 100 to 100000, not 5"),
    ("eval digits", "missing --data NAME|DIR"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_usage(run, folder, line, words):
    result = run("nets", *line.split(" "))
    assert result.code == 2
    assert words in result.error
    assert not list(folder.iterdir())


FAILURES = [
    ("sample --labels A -o no/a.npz", "no/a.npz: cannot be written"),
    ("sample --labels A -o a.npz --model digits", "digits: not the run of a diffusion model"),
    ("train diffusion --data digits --vae digits", "digits: not a run folder"),
    ("train --resume digits", "digits: not a run folder (it has no config.json)"),
]


@pytest.mark.parametrize(("line", "words"), FAILURES, ids=[line for line, _ in FAILURES])
def test_failures_are_one_line(run, folder, line, words):
    write_digits(folder / "digits", 20)
    result = (
        run("nets", *line.split(), "--seed", 1)
        if "resume" not in line
        else run("nets", *line.split())
    )
    assert result.code == 1
    assert words in result.error
    assert not (folder / "runs").exists()


def test_a_vae_that_is_none_is_refused(run, trained):
    options = ("--data", trained / "digits", "--vae", trained / "autoencoder", "--seed", 1)
    result = run("nets", "train", "diffusion", *options, "--quiet")
    assert result.code == 1 and "autoencoder: not a VAE's run" in result.error
