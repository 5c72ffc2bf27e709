"""The network as a player, from either kind of file; for the rest see tests/agents/test_base.py."""

import numpy as np
import pytest

from agents.errors import AgentFileError
from agents.ntuple.agent import NTupleAgent
from agents.ntuple.storage import pack_compact, pack_network
from agents.registry import load
from agents.training.checkpoints import read_checkpoint, write_checkpoint
from env2048 import board as rules
from env2048.keys import first_keys


@pytest.mark.parametrize("pack", [pack_network, pack_compact])
def test_from_tensors(pack, ntuple_agent):
    agent = NTupleAgent.from_tensors(*pack(ntuple_agent.network), "file")
    keys = first_keys(0, 50)
    scores = [each.play(keys).scores.mean() for each in (agent, ntuple_agent)]
    assert scores[0] == pytest.approx(scores[1], rel=0.3 if pack is pack_compact else 0)
    assert (agent.name, agent.size) == ("ntuple", 4)
    assert agent.network.table.shape[1] == 1  # what TC keeps of each weight is not needed to play


def test_a_compact_file_is_an_agent(ntuple_agent, tmp_path):
    """As the one in the wheel."""
    path = tmp_path / "agent.safetensors"
    tensors, metadata = pack_compact(ntuple_agent.network)
    write_checkpoint(path, tensors, {"agent": "ntuple", **metadata})
    assert path.stat().st_size < 0.2 * ntuple_agent.network.table.nbytes
    agent = load(path)
    board = rules.starting_board(1)
    np.testing.assert_allclose(agent.values(board), ntuple_agent.values(board), atol=40)


def test_errors_name_the_file(ntuple_agent):
    _, metadata = pack_network(ntuple_agent.network)
    with pytest.raises(AgentFileError, match=r"^some/file: the network in it is damaged"):
        NTupleAgent.from_tensors({}, metadata, "some/file")


def test_save_writes_the_kind_whatever_the_agent_is_called(ntuple_agent, tmp_path):
    agent = NTupleAgent(ntuple_agent.network)
    agent.name = "runs/ntuple-1"
    agent.save(tmp_path / "agent.safetensors")
    assert read_checkpoint(tmp_path / "agent.safetensors")[1]["agent"] == "ntuple"


def test_values_are_reward_plus_value_of_the_afterstate(ntuple_agent):
    board = np.array([[1, 1, 2, 0], [0, 0, 3, 3], [0] * 4, [5, 0, 0, 5]], np.uint8)
    for action, value in enumerate(ntuple_agent.values(board)):
        after, reward = rules.move(board, action)
        assert value == pytest.approx(reward + ntuple_agent.network.value(after), abs=0.01)


def test_tiles_above_32768_have_exact_rewards_and_the_value_of_32768(ntuple_agent):
    high, low = np.zeros((2, 4, 4), np.uint8)
    high[0], low[0] = (16, 16, 1, 2), (15, 1, 2, 0)
    reward = rules.move(high, rules.LEFT)[1]
    assert reward == 131072
    expected = reward + ntuple_agent.network.value(low)
    assert ntuple_agent.values(high)[rules.LEFT] == pytest.approx(expected, abs=0.01)
