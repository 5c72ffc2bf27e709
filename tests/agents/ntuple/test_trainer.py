"""A training run from its first game to its last: what it plays, learns, reports and keeps."""

import threading
from dataclasses import asdict

import numpy as np
import pytest

import agents
from agents.base import Games
from agents.ntuple import trainer as module
from agents.ntuple.config import NTupleConfig
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.ntuple.trainer import DivergenceError, NTupleTrainer, memory_needed
from agents.statistics import tile_rates
from agents.training import resources
from agents.training.checkpoints import read_checkpoint
from agents.training.history import read_rows
from agents.training.resources import MemoryShortageError
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from env2048 import Game2048Env
from env2048.errors import Scratch2048Error
from env2048.keys import first_keys, game_keys


def watch_keys(trainer, monkeypatch):
    """The keys of the games that the trainer will have played, in order."""
    keys = []
    play = trainer.play

    def watched(first, count):
        games = play(first, count)
        keys.extend(games.keys.tolist())
        return games

    monkeypatch.setattr(trainer, "play", watched)
    return keys


@pytest.mark.parametrize("carousel", [(), (64, 128)])
@pytest.mark.parametrize("algorithm", ["td0", "tc"])
def test_a_run_is_one_pass_of_the_learner(algorithm, carousel, begin, tmp_path):
    trainer = begin(tmp_path / "run", algorithm=algorithm, carousel=carousel, games=250)
    trainer.train(StopRequest())
    columns = {"td0": 1, "tc": 3}[algorithm]
    network = NTupleNetwork.zeros(parse_patterns("0123,4567"), columns)
    games = network.train(game_keys(3, 0, 250), 0.5, algorithm == "tc", carousel)
    assert trainer.network.table.tobytes() == network.table.tobytes()
    assert trainer.history.recent[:, 0].tolist() == games.scores.tolist()
    assert trainer.history.moves == games.moves.sum() + games.again.sum()
    assert (games.again.sum() > 0.2 * games.moves.sum()) == bool(carousel)
    rows = read_rows(trainer.run.metrics_path)
    assert [row["games"] for row in rows] == [100, 200]
    assert rows[1]["mean_score"] == games.scores[100:200].mean()
    assert rows[1]["tile_rates"] == tile_rates(games.largest[100:200])


def test_the_games_are_those_of_one_environment(begin, tmp_path, monkeypatch):
    trainer = begin(tmp_path / "run", games=20, seed=9)
    keys = watch_keys(trainer, monkeypatch)
    trainer.train(StopRequest())
    env = Game2048Env()
    expected = []
    for n in range(20):
        env.reset(seed=9 if n == 0 else None)
        expected.append(env.key)
    assert keys == expected


def test_the_checkpoint_is_the_agent(begin, tmp_path):
    trainer = begin(tmp_path / "run", games=120)
    trainer.train(StopRequest())
    agent = agents.load(tmp_path / "run")
    assert agent.network.table.tobytes() == trainer.network.table[:, 0].tobytes()
    _, metadata = read_checkpoint(trainer.run.checkpoint_path)
    assert NTupleConfig.from_dict(metadata["config"]) == trainer.config
    assert metadata["games"] == 120
    names = sorted(found.name for found in (tmp_path / "run").iterdir())
    assert names == ["checkpoint.safetensors", "config.json", "metrics.jsonl"]


def test_reports_follow_the_games(begin, tmp_path, in_small_pieces):
    trainer = begin(tmp_path / "run", games=2000)
    reports = []
    trainer.train(StopRequest(), lambda history: reports.append((history.games, history.seconds)))
    assert len(reports) > 2
    assert reports == sorted(reports)
    assert reports[-1][0] == 2000
    assert 0 < reports[-1][1] <= trainer.history.seconds


def test_compilation_is_not_counted(begin, tmp_path, slow_down):
    """The clock starts after that."""
    trainer = begin(tmp_path / "run", games=3)
    slow_down(trainer, play=1, _compile=1000)
    trainer.train(StopRequest())
    assert 1 <= trainer.history.seconds <= 3


def test_it_saves_about_every_minute(begin, tmp_path, in_small_pieces, monkeypatch):
    monkeypatch.setattr(module, "CHECKPOINT_SECONDS", 0.02)
    trainer = begin(tmp_path / "run", games=1000)
    saved = []
    save = trainer.save
    monkeypatch.setattr(trainer, "save", lambda: (saved.append(trainer.history.games), save()))
    trainer.train(StopRequest())
    assert saved == sorted(saved)
    assert len(set(saved)) > 1
    assert saved[-1] == 1000


def test_saving_takes_a_small_part_of_the_time(begin, tmp_path, slow_down, monkeypatch):
    """A checkpoint that takes ten seconds is followed by 200 seconds of training."""
    trainer = begin(tmp_path / "run", games=300)
    slow_down(trainer, play=1, save=10)
    saved = []
    save = trainer.save
    monkeypatch.setattr(trainer, "save", lambda: (save(), saved.append(trainer.history.games)))
    trainer.train(StopRequest())
    assert saved == [pytest.approx(60, abs=2), pytest.approx(260, abs=4), 300]


# ----------------------------------------------------------------------------------- threads


def test_two_threads_share_the_games_and_learn(tmp_path, monkeypatch):
    """Each game is played once, by either of them, and they learn nearly as well as one.

    Mean scores of 200 games with the seeds 0, 1, 2: 11,995, 12,352 and 12,223; with one thread
    15,612, 12,845 and 12,787; untrained 3,041.
    """
    config = NTupleConfig(network="0123,4567,0145,1256", alpha=0.5, games=1000, seed=0, threads=2)
    run = RunFolder.create(tmp_path / "run", "ntuple", asdict(config))
    trainer = NTupleTrainer.begin(config, run)
    keys, workers = [], {}
    meeting = threading.Barrier(2, timeout=30)
    train = trainer.network.train

    def play(first, count):
        if workers.setdefault(threading.get_ident(), 0) == 0:
            meeting.wait()  # both have begun, or this fails
        games = train(game_keys(0, first, count), 0.5, True)
        workers[threading.get_ident()] += count
        keys.extend(games.keys.tolist())
        return games

    monkeypatch.setattr(trainer, "play", play)
    trainer.train(StopRequest())
    assert sorted(keys) == sorted(game_keys(0, 0, 1000).tolist())
    assert len(workers) == 2
    assert trainer.history.games == len(trainer.history.recent) == 1000
    assert [row["games"] for row in read_rows(run.metrics_path)] == list(range(100, 1001, 100))
    scores = trainer.network.play(first_keys(0, 200)).scores
    assert scores.mean() > 9_500


def test_history_is_in_the_order_of_the_games(begin, tmp_path, monkeypatch):
    """Whichever thread is done first: game i is row i. Each game is told by its score here."""
    trainer = begin(tmp_path / "run", games=300, threads=3)
    overtaken = threading.Event()

    def play(first, count):
        games = Games.empty(game_keys(3, first, count))
        games.scores[:] = np.arange(first, first + count)
        if first == 0:
            assert overtaken.wait(30)  # the first piece is done after the second
        else:
            overtaken.set()
        return games

    monkeypatch.setattr(trainer, "play", play)
    trainer.train(StopRequest())
    assert trainer.history.recent[:, 0].tolist() == list(range(300))


# ------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("after", [0, 1])  # 0: all of them have ended before anyone looks
def test_an_error_in_a_thread_ends_the_run(threads, after, begin, tmp_path, monkeypatch):
    trainer = begin(tmp_path / "run", threads=threads)
    play = trainer.play

    def fails(first, count):
        if first >= after:
            raise MemoryError("no more")
        return play(first, count)

    monkeypatch.setattr(trainer, "play", fails)
    before = threading.active_count()
    with pytest.raises(MemoryError, match="no more"):
        trainer.train(StopRequest())
    assert threading.active_count() == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_error_outside_ends_the_threads(error, begin, tmp_path):
    """As a second Ctrl-C, or a broken terminal: nobody goes on changing the weights."""
    trainer = begin(tmp_path / "run", games=100_000, threads=2)

    def fails(history):
        raise error

    before = threading.active_count()
    with pytest.raises(error):
        trainer.train(StopRequest(), fails)
    assert threading.active_count() == before


def test_weights_that_grow_beyond_all_bounds(begin, resume, tmp_path):
    """TD(0) with such steps makes every error larger: no such network takes a good one's place."""
    begin(tmp_path / "run", algorithm="td0", alpha=0.1, games=50).train(StopRequest())
    before = (tmp_path / "run" / "checkpoint.safetensors").read_bytes()
    trainer = resume(tmp_path / "run", algorithm="td0", alpha=10.0, games=300)
    with pytest.raises(DivergenceError, match=r"beyond all bounds: .* an alpha below 10$") as error:
        trainer.train(StopRequest())
    assert isinstance(error.value, Scratch2048Error)
    assert (tmp_path / "run" / "checkpoint.safetensors").read_bytes() == before
    assert resume(tmp_path / "run", algorithm="td0").history.games == 50


# ------------------------------------------------------------------------------------ memory


@pytest.mark.parametrize("algorithm", ["td0", "tc"])
@pytest.mark.parametrize("network", ["012,145", "0123"])
def test_memory_needed_is_that_of_the_tables_and_half_of_it(algorithm, network, begin, tmp_path):
    trainer = begin(tmp_path / "run", algorithm=algorithm, network=network)
    assert memory_needed(trainer.config) == trainer.network.table.nbytes * 1.5


def test_memory_of_the_usual_network():
    assert memory_needed(NTupleConfig(algorithm="td0")) == 4 * 16**6 * 4 * 1.5
    assert memory_needed(NTupleConfig(algorithm="tc")) == 4 * 16**6 * 3 * 4 * 1.5


def test_memory_of_a_network_that_is_split_for_the_last_time():
    """The tables of three stages become those of four."""
    assert memory_needed(NTupleConfig(network="0123", split=(8, 16, 32))) == 7 * 16**4 * 3 * 4


@pytest.mark.parametrize("way", ["begin", "resume without a checkpoint", "resume"])
def test_too_little_memory_is_found_out_before_any_is_taken(
    way, begin, resume, tmp_path, monkeypatch
):
    trainer = begin(tmp_path / "run")
    if way == "resume":
        trainer.save()

    def refuse(*arguments):
        raise AssertionError("memory was taken")

    monkeypatch.setattr(NTupleNetwork, "zeros", refuse)
    monkeypatch.setattr(module, "read_checkpoint", refuse)
    monkeypatch.setattr(resources, "free_memory", lambda: 1_000_000)
    with pytest.raises(MemoryShortageError, match=r"^training 0123,4567 needs 2\.4 MB of memory"):
        if way == "begin":
            NTupleTrainer.begin(trainer.config, trainer.run)
        else:
            resume(tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoint.safetensors").exists() or way == "resume"


@pytest.mark.parametrize("seed", [5, 6])
def test_the_seed_decides(seed, begin, tmp_path):
    tables = []
    for name, each in (("one", seed), ("again", seed), ("other", seed + 10)):
        trainer = begin(tmp_path / name, games=40, seed=each)
        trainer.train(StopRequest())
        tables.append(trainer.network.table.tobytes())
    assert tables[0] == tables[1] != tables[2]


def test_training_changes_what_is_played(begin, tmp_path):
    trainer = begin(tmp_path / "run", games=300)
    keys = first_keys(0, 100)
    before = trainer.network.play(keys).scores.mean()
    trainer.train(StopRequest())
    assert np.isfinite(trainer.network.table).all()
    assert trainer.network.play(keys).scores.mean() > 1.3 * before
