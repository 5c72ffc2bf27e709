import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.ntuple import memory as module
from agents.ntuple.memory import GameMemory, pack_actions, unpack_actions

actions_lists = st.lists(st.integers(0, 3), max_size=50)


@given(actions_lists)
def test_actions_survive_being_packed(actions):
    packed = pack_actions(np.array(actions, np.uint8))
    assert packed.dtype == np.uint8
    assert len(packed) == -(-len(actions) // 4)
    unpacked = unpack_actions(packed, len(actions))
    assert unpacked.dtype == np.uint8
    assert unpacked.tolist() == actions


def memory_of(*games):
    memory = GameMemory()
    for key, actions in games:
        memory.add(key, np.array(actions, np.uint8))
    return memory


def contents(memory):
    return [(key, actions.tolist()) for key, actions in map(memory._unpacked, range(len(memory)))]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), actions_lists), max_size=5))
def test_a_memory_survives_a_checkpoint(games):
    memory = memory_of(*games)
    assert contents(GameMemory.unpack(memory.pack())) == contents(memory) == games


def test_the_oldest_games_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_MOVES", 10)
    games = [(i, [i % 4] * 4) for i in range(5)]
    assert contents(memory_of(*games)) == games[3:]
    restored = GameMemory.unpack(memory_of(*games).pack())
    restored.add(9, np.zeros(4, np.uint8))
    assert [key for key, _ in contents(restored)] == [4, 9]
    assert contents(memory_of((1, [1] * 20))) == [(1, [1] * 20)]  # one too long is kept, alone


def test_games_are_chosen_evenly_and_by_the_key():
    memory = memory_of(*((i, [0]) for i in range(4)))
    chosen = [memory.choose(key, n)[0] for key in range(200) for n in range(1, 6)]
    assert (np.bincount(chosen) > 200).all()
    assert chosen == [memory.choose(key, n)[0] for key in range(200) for n in range(1, 6)]


@pytest.mark.parametrize(
    "changes",
    [
        {"memory_keys": np.zeros(1, np.uint64)},
        {"memory_keys": np.zeros(2, np.int64)},
        {"memory_lengths": np.array([5, -1])},
        {"memory_lengths": np.array([5, 9])},
        {"memory_moves": np.zeros(2, np.uint8)},
        {"memory_moves": np.zeros(3, np.int8)},
    ],
)
def test_damaged(changes):
    tensors = memory_of((1, [1, 2, 3, 0, 1]), (2, [3])).pack()
    assert len(GameMemory.unpack(tensors)) == 2
    with pytest.raises(ValueError, match="its games are damaged"):
        GameMemory.unpack(tensors | changes)
    with pytest.raises(KeyError):
        GameMemory.unpack({})
