"""`nets train` and `nets eval`: the contract, what people see, and errors of one line."""

import json
import signal

import numpy as np
import pytest
from interruption import interrupt_training

from agents.training.runs import RunFolder
from networks.classifier import as_rows
from networks.data import drawn_set, write_idx
from networks.models import MLP
from networks.weights import load

IMAGES, LABELS = drawn_set(400, seed=8)
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SMALL = ("--hidden", "24", "--batch", "50")


def write_pair(folder, part=slice(None), names=TEST, suffix="", labels=LABELS):
    folder.mkdir(exist_ok=True)
    write_idx(folder / (names[0] + suffix), IMAGES[part])
    write_idx(folder / (names[1] + suffix), labels[part].astype(np.uint8))
    return folder


@pytest.fixture
def data(folder):
    """A folder with one pair."""
    return write_pair(folder / "data")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of a few seconds, to be read only; its data folder has the four files of MNIST."""
    from agents.cli.main import main

    place = tmp_path_factory.mktemp("nets")
    write_pair(place / "four", slice(0, 300), TRAIN, ".gz")
    write_pair(place / "four", slice(300, 400), TEST)
    arguments = ["--data", place / "four", "--epochs", "8", "--seed", "1", "--hold-out", "2/5"]
    arguments += ["--out", place / "run", "--quiet", "--rate", "0.003", *SMALL]
    assert main(["nets", "train", "mlp", *map(str, arguments)]) == 0
    return place


def expected(part=slice(None), model=None):
    answers = (model or load("digits")).classify(as_rows(IMAGES[part]))
    errors = int(np.sum(answers != LABELS[part]))
    accuracy = float(np.mean(answers == LABELS[part]))
    return {"accuracy": accuracy, "count": len(answers), "errors": errors}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("names", [TRAIN, TEST])
def test_one_pair_is_used_whichever_it_is(run, folder, names, suffix):
    write_pair(folder / "pair", names=names, suffix=suffix)
    assert run("nets", "eval", "digits", "--data", "pair", "--json").json == expected()


def test_of_four_files_the_test_pair_is_used(run, trained):
    found = run("nets", "eval", "digits", "--data", trained / "four", "--json")
    assert found.code == 0
    assert found.json == expected(slice(300, 400))
    assert list(found.json) == ["accuracy", "count", "errors"]


def test_what_people_see(run, data):
    result = run("nets", "eval", "digits", "--data", "data")
    numbers = expected()
    lines = result.out.splitlines()
    assert lines[0].startswith(f"digits on data: {numbers['accuracy']:.2%} of 400 right (95%")
    assert lines[0].endswith(f"{numbers['errors']} errors")
    assert lines[1].startswith("most often: ")


def test_pictures(run, folder, data):
    options = ("--plot", "confusion.png", "--mistakes", "sheet.png")
    result = run("nets", "eval", "digits", "--data", "data", "--json", *options)
    assert result.json == expected()
    assert result.err == "plot: confusion.png\nmistakes: sheet.png\n"
    for name in ("confusion.png", "sheet.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    again = run("nets", "eval", "digits", "--data", "data", *options)
    assert again.code == 1 and again.error.startswith("confusion.png: exists already")


def test_a_run_is_evaluated_as_the_model_that_it_holds(run, trained):
    found = run("nets", "eval", trained / "run", "--data", trained / "four", "--json").json
    model = MLP.load(trained / "run" / "checkpoint.safetensors")
    assert found == expected(slice(300, 400), model)
    assert found["accuracy"] > 0.4
    assert model.config()["sizes"] == [784, 24, 10]
    file = trained / "run" / "checkpoint.safetensors"
    assert run("nets", "eval", file, "--data", trained / "four", "--json").json == found


def test_a_run_folder_says_how_it_came_about(trained):
    content = json.loads((trained / "run" / "config.json").read_text())
    assert content["kind"] == "mlp"
    assert content["config"]["data"] == str(trained / "four")
    assert (content["config"]["hold_out"], content["config"]["hidden"]) == ([2, 5], [24])
    assert content["sessions"][0]["command"].startswith("scratch2048")
    metrics = (trained / "run" / "metrics.jsonl").read_text()
    rows = [json.loads(line) for line in metrics.splitlines()]
    assert len(rows) == 8 and rows[-1]["validation_accuracy"] > rows[0]["validation_accuracy"]


FIELDS = [
    "run", "model", "epochs", "seed", "seconds", "images_per_second", "loss", "accuracy", "count",
    "errors",
]  # fmt: skip


def test_training_on_drawn_digits(run, folder):
    options = (*SMALL, "--epochs", 1, "--seed", 3, "--rate", 0.01, "--json")
    found = run("nets", "train", "mlp", "--data", "drawn", *options).json
    assert list(found) == FIELDS
    assert found["run"] == "runs/mlp-1"
    assert (found["epochs"], found["seed"], found["accuracy"]) == (1, 3, None)
    write_pair(folder / "data")
    assert run("nets", "eval", "runs/mlp-1", "--data", "data", "--json").json["accuracy"] > 0.4


def test_held_out_images_are_counted(run, folder, data):
    options = (*SMALL, "--hold-out", "1/4", "--epochs", 2, "--seed", 3, "--drawn", 0)
    found = run("nets", "train", "mlp", "--data", "data", *options, "--out", "a", "--json")
    assert found.json["count"] == 100
    assert found.json["accuracy"] == (100 - found.json["errors"]) / 100
    assert "mlp 784-24-10, 2 epochs of 300 images, 100 held out, seed 3: in a\n" in found.err
    again = run("nets", "train", "mlp", "--data", "data", *options, "--out", "b")
    assert again.out.splitlines()[1].startswith("images held out: ")
    assert again.out.splitlines()[-1] == "run: b"
    a, b = (MLP.load(folder / name / "checkpoint.safetensors") for name in "ab")
    np.testing.assert_array_equal(a.weights.values, b.weights.values)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on(run, folder, data, number):
    """Stopped in the middle, and continued, it is the run that was never stopped."""
    options = ["--data", "data", "--epochs", "25", "--seed", "4", "--hidden", "100", "--quiet"]
    interrupt_training(folder, number, "mlp", *options)
    assert run("nets", "train", "--resume", "cut", "--quiet").code == 0
    assert run("nets", "train", "mlp", *options, "--out", "whole").code == 0
    cut, whole = (MLP.load(folder / name / "checkpoint.safetensors") for name in ("cut", "whole"))
    np.testing.assert_array_equal(cut.weights.values, whole.weights.values)


def test_a_run_that_is_being_trained_is_left_alone(run, trained):
    with RunFolder.open(trained / "run").held():
        result = run("nets", "train", "--resume", trained / "run")
    assert result.code == 1 and "run: is being trained already; stop that first" in result.error


def test_a_finished_run_has_nothing_left_to_do(run, trained):
    before = (trained / "run" / "metrics.jsonl").read_text()
    result = run("nets", "train", "--resume", trained / "run")
    assert result.code == 0 and "all 8 epochs are done" in result.err
    assert (trained / "run" / "metrics.jsonl").read_text() == before


def test_labels_that_the_network_does_not_know(run, folder):
    labels = LABELS.copy()
    labels[7] = 36
    write_pair(folder / "letters", labels=labels)
    result = run("nets", "eval", "digits", "--data", "letters")
    assert result.code == 1
    assert result.error == "letters: has label 36, but digits knows 0 to 9 only"
    labels[7] = 99
    write_pair(folder / "letters", labels=labels)
    assert "label 99; expected 0 to 73" in run("nets", "eval", "digits", "--data", "letters").error


def test_letters_can_be_learned_too(run, folder):
    images, labels = drawn_set(60, "0Az", seed=1)
    (folder / "letters").mkdir()
    write_idx(folder / "letters" / TRAIN[0], images)
    write_idx(folder / "letters" / TRAIN[1], labels.astype(np.uint8))
    options = (*SMALL, "--epochs", 1, "--out", "r", "--quiet")
    assert run("nets", "train", "mlp", "--data", "letters", *options).code == 0
    assert MLP.load(folder / "r" / "checkpoint.safetensors").outputs == 62
    assert run("nets", "eval", "r", "--data", "letters", "--json").json["count"] == 60


def damage(folder, how):
    """Writes data that cannot be used; returns words of the complaint."""
    data = write_pair(folder / "data")
    images, labels = data / TEST[0], data / TEST[1]
    if how == "empty folder":
        images.unlink()
        labels.unlink()
        return "put t10k-images-idx3-ubyte"
    if how == "no labels":
        labels.unlink()
        return "t10k-labels-idx1-ubyte"
    if how == "no images in it":
        write_idx(images, IMAGES[:0])
        write_idx(labels, LABELS[:0].astype(np.uint8))
        return "no images in it"
    if how == "sizes":
        write_idx(images, IMAGES[:, :20])
        return "expected images of 28 x 28"
    if how == "counts":
        write_idx(labels, LABELS[:5].astype(np.uint8))
        return "400 images, but"
    if how == "truncated":
        images.write_bytes(images.read_bytes()[:1000])
        return "truncated"
    images.write_bytes(b"no images")
    return "not an IDX file"


@pytest.mark.parametrize(
    "how", ["empty folder", "no labels", "no images in it", "sizes", "counts", "truncated", "text"]
)
@pytest.mark.parametrize("command", ["eval digits", "train mlp"])
def test_wrong_data_are_one_line(run, folder, how, command):
    words = damage(folder, how)
    if command.startswith("train"):
        words = words.replace("t10k", "train" if how.startswith(("empty", "no lab")) else "t10k")
    result = run("nets", *command.split(), "--data", "data")
    assert result.code == 1
    assert words in result.err.splitlines()[-1]
    assert result.err.splitlines()[-1].startswith("scratch2048: ")
    assert "Traceback" not in result.err
    assert not (folder / "runs").exists()


FAILURES = [
    ("nets eval digits --data nowhere", "nowhere: no such folder, and the names are mnist"),
    ("nets eval nowhere/x --data data", "nowhere/x: no such file"),
    ("nets eval data --data data", "data: holds no network yet (it has no checkpoint.safetensors)"),
    ("nets eval text.bin --data data", "text.bin: not a checkpoint of this program"),
    ("nets eval digits --data data --plot no/a.png", "no/a.png: cannot be written"),
    ("nets train --resume data", "data: not a run folder (it has no config.json)"),
    ("nets train mlp --data data --out data", "data: exists already"),
    ("nets train mlp --data data --hold-out 1/999 --quiet", "data: hold out 1/999 to 999/999"),
]


@pytest.mark.parametrize(("line", "words"), FAILURES, ids=[line for line, _ in FAILURES])
def test_failures_are_one_line(run, folder, data, line, words):
    (folder / "text.bin").write_text("x" * 100)
    result = run(*line.split())
    assert result.code == 1
    assert words in result.error


def test_runs_of_agents_are_not_networks(run, folder):
    (folder / "r").mkdir()
    content = {"kind": "ntuple", "config": {}, "sessions": []}
    (folder / "r" / "config.json").write_text(json.dumps(content))
    assert "not a network's run but one of 'ntuple'" in run("nets", "train", "--resume", "r").error
    content = {"kind": "mlp", "config": {"data": "drawn", "hold_out": None, "x": 1}, "sessions": []}
    (folder / "r" / "config.json").write_text(json.dumps(content))
    assert "not the settings of a run (unknown setting 'x'" in (
        run("nets", "train", "--resume", "r").error
    )


WRONG = [
    ("", "which command? choose train, eval"),
    ("eval", "missing MODEL"),
    ("eval digits", "missing --data NAME|DIR"),
    ("eval nobody --data data", "unknown network 'nobody': choose digits, or give a run folder"),
    ("eval digits --data data --plot a.txt", "a.txt: a plot is a .png, .svg, .pdf file"),
    ("eval digits --data d --plot a.png --mistakes a.png", "a.png: cannot hold both"),
    ("train", "which model, on what? scratch2048 nets train mlp --data drawn"),
    ("train mlp", "which model, on what?"),
    ("train cnn2 --data drawn", "unknown"),
    ("train mlp --data drawn --epochs 0", "--epochs must be 1 to 1000000, not 0"),
    ("train mlp --data drawn --rate nan", "--rate must be 0 to 10, not nan"),
    ("train mlp --data drawn --dropout 1", "--dropout must be 0 to 0.99, not 1.0"),
    ("train mlp --data drawn --hidden 1,x", "--hidden must be sizes as 800,400, not '1,x'"),
    ("train mlp --data drawn --hidden 0", "--hidden must be sizes from 1 to 10000, not [0]"),
    ("train mlp --data drawn --hold-out 1/4", "--hold-out is for images of your own"),
    ("train mlp --data drawn --drawn 0.5", "--drawn is for images of your own"),
    ("train mlp --data data --drawn 1", "--drawn must be below 1"),
    ("train mlp --data data --hold-out 5/4", "--hold-out must be as 1/4, the first of four"),
    ("train mlp --data data --hold-out x", "--hold-out must be as 1/4, the first of four"),
    ("train mlp --data data --patience 3", "--patience needs --hold-out I/N"),
    ("train mlp --data drawn --seed -1", "--seed must be 0 to"),
    ("train --resume r --epochs 5", "--epochs does not go with --resume"),
    ("train --resume r --hold-out 1/2", "--hold-out does not go with --resume"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_usage(run, folder, line, words):
    result = run("nets", *line.split())
    assert result.code == 2
    assert words in result.error
    assert not list(folder.iterdir())
