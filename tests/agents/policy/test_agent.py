"""The policy as a player: what it says, how it is kept, and that it can be searched with."""

import numpy as np
import pytest
from scripted import Script

import agents
from agents import registry
from agents.errors import AgentFileError
from agents.policy import embed as embedding
from agents.policy.agent import PolicyAgent
from agents.policy.network import PolicyNetwork
from agents.training.stop import StopRequest
from agents.window.watch import Watcher
from env2048.board import is_dead, legal_moves
from env2048.render import Window

BOARD = np.array([[1, 2, 3, 4], [0, 0, 1, 2], [0, 0, 0, 1], [0, 0, 0, 0]], np.uint8)
DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)


@pytest.fixture
def agent():
    network = PolicyNetwork(6, (16, 8), seed=1)
    network.policy.w.value[:] *= 100
    network.value.b.value[:] = 1
    return PolicyAgent(network, 512.0, 0.99)


def test_values_are_the_probabilities_of_legal_moves(agent, boards):
    cells = boards[1]
    values = agent.values_many(cells)
    for board, row in zip(cells, values, strict=True):
        assert np.array_equal(~np.isnan(row), legal_moves(board))
        if not is_dead(board):
            assert np.nansum(row) == pytest.approx(1)
    assert np.ptp(values[~np.isnan(values)]) > 0.2
    assert agent.act(BOARD) == np.nanargmax(agent.values(BOARD))


def test_dead_boards_and_others(agent):
    assert np.isnan(agent.values(DEAD)).all()
    assert agent.expected(DEAD) == 0
    with pytest.raises(ValueError, match="the game is over"):
        agent.act(DEAD)
    with pytest.raises(ValueError, match="plays boards of size 4"):
        agent.act(np.zeros((3, 3), np.uint8))


def test_an_afterstate_is_worth_the_mean_of_what_follows(agent):
    after = np.array([BOARD, DEAD])
    after[1, 3, 3] = 0
    found = agent.afterstate_values(after)
    for board, value in zip(after, found, strict=True):
        mean = 0.0
        for cell in np.flatnonzero(board == 0):
            for exponent, share in ((1, 0.9), (2, 0.1)):
                placed = board.copy()
                placed.flat[cell] = exponent
                mean += share * agent.expected(placed) / (board == 0).sum()
        assert value == pytest.approx(0.99 * mean, rel=1e-4)
    assert found[0] > 0


def test_search_looks_ahead_with_its_critic(agent):
    search = agents.SearchAgent(agent, 2)
    values = search.values(BOARD)
    assert np.array_equal(np.isnan(values), np.isnan(agent.values(BOARD)))
    assert np.nanmin(values) > 10  # points, not probabilities
    one = agents.SearchAgent(agent, 1)
    np.testing.assert_array_equal(one.values(BOARD), agent.values(BOARD))


@pytest.mark.parametrize("workers", [1, 3])
def test_evaluation_is_the_same_with_any_number_of_workers(workers, agent):
    one = agents.evaluate(agent, games=30, seed=2, workers=1)
    assert agents.evaluate(agent, games=30, seed=2, workers=workers).mean_score == one.mean_score


def test_saved_and_loaded(agent, tmp_path, boards):
    agent.save(tmp_path / "exact.safetensors")
    again = agents.load(tmp_path / "exact.safetensors")
    assert (again.scale, again.gamma, again.turns) == (512.0, 0.99, True)
    np.testing.assert_array_equal(again.values_many(boards[1]), agent.values_many(boards[1]))


def test_the_small_file(begin, stop_after, tmp_path, monkeypatch, boards):
    """Made of a run by the command; it becomes what `agents.load("policy")` gives."""
    trainer = begin(tmp_path / "run")
    trainer.train(stop_after(3))
    path = tmp_path / "policy.safetensors"
    embedding.main(str(tmp_path / "run"), str(path))
    assert path.stat().st_size < 0.6 * trainer.learner.network.weights.values.nbytes
    monkeypatch.setattr("agents.registry._WEIGHTS", tmp_path)
    small = agents.load("policy")
    assert small.name == "policy"
    assert small.training == agents.load(tmp_path / "run").training
    np.testing.assert_allclose(
        small.values_many(boards[1]), trainer.agent.values_many(boards[1]), atol=0.01
    )
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    with pytest.raises(AgentFileError, match="its bytes are not those that were written"):
        agents.load("policy")


def test_of_the_usual_network_it_is_below_four_megabytes(tmp_path):
    from agents.policy.config import PolicyConfig

    config = PolicyConfig()
    usual = PolicyAgent(PolicyNetwork(config.width, config.hidden), config.scale, config.gamma)
    embedding.embed(usual, tmp_path / "usual.safetensors")
    assert (tmp_path / "usual.safetensors").stat().st_size <= 4_000_000


def test_the_one_in_the_wheel_is_below_four_megabytes():
    assert (registry._WEIGHTS / "policy.safetensors").stat().st_size <= 4_000_000


def test_what_holds_no_policy(tmp_path):
    with pytest.raises(TypeError, match=r"^greedy: not a policy$"):
        embedding.main("greedy", str(tmp_path / "small.safetensors"))
    assert list(tmp_path.iterdir()) == []


def test_the_window_shows_probabilities_and_value_as_bars(agent, monkeypatch):
    script = Script(monkeypatch, "", "v", "", "", "escape")
    with Window(4) as window:
        list(Watcher(agent, window, seed=1, hurry=True).games())
    notes = script.last.notes
    assert notes.bars == notes.values or str(notes.bars) == str(notes.values)
    assert np.nansum(notes.bars) == pytest.approx(1)
    assert 0 < notes.level <= 1
    assert "expects " in notes.status


def test_a_run_can_be_watched_and_played_after_training(begin, tmp_path):
    begin(tmp_path / "run", steps=2_000).train(StopRequest())
    assert agents.evaluate(agents.load(tmp_path / "run"), games=5, seed=0).mean_score > 100


def test_the_embedded_policy_plays_well():
    """One network, no search; chance has 1,094 points."""
    agent = agents.load("policy")
    found = agents.evaluate(agent, games=10, seed=0)
    assert found.mean_score > 50_000
    assert (found.games.largest >= 11).mean() > 0.8
    assert agent.training.games > 0
