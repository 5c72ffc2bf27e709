import numpy as np
import pytest

from agents.policy import kernels
from agents.policy.agent import PolicyAgent
from agents.policy.network import PolicyNetwork
from agents.policy.symmetries import MASKS, MOVES, ORIGINAL, transformed
from env2048.board import legal_moves, move


def picture(board, symmetry):
    board = board.T if symmetry & 4 else board
    board = board[::-1] if symmetry & 2 else board
    return board[:, ::-1] if symmetry & 1 else board


def pack(board):
    return sum(int(tile) << 4 * i for i, tile in enumerate(board.ravel()))


@pytest.mark.parametrize("symmetry", range(8))
def test_boards_and_moves_turn_together(symmetry, boards):
    """Moving and then turning is turning and then moving: rewards and afterstates alike."""
    packed, cells = boards
    found = transformed(packed, np.full(len(packed), symmetry, np.int8))
    assert found.tolist() == [pack(picture(board, symmetry)) for board in cells]
    for board in cells[:40]:
        turned = picture(board, symmetry)
        for action in range(4):
            after, reward = move(board, action)
            again, same = move(turned, int(MOVES[symmetry, action]))
            assert same == reward
            assert np.array_equal(picture(after, symmetry), again)
        bits = sum(int(legal) << a for a, legal in enumerate(legal_moves(board)))
        seen = sum(int(legal) << a for a, legal in enumerate(legal_moves(turned)))
        assert MASKS[symmetry, bits] == seen
        assert ORIGINAL[symmetry][MOVES[symmetry]].tolist() == [0, 1, 2, 3]


def test_the_canonical_picture_is_one_of_the_eight_and_the_same_for_all(boards):
    for board in boards[1][:100]:
        pictures = [pack(picture(board, s)) for s in range(8)]
        for number in pictures:
            found, symmetry = kernels.canonical(np.uint64(number))
            assert int(found) == max(pictures)
            assert kernels.transform(np.uint64(number), symmetry) == found


@pytest.mark.parametrize("turns", [True, False])
def test_a_policy_that_turns_its_boards_is_equivariant(turns, boards):
    """The same move on every picture of a board, and the same probabilities, exactly."""
    network = PolicyNetwork(4, (16,), seed=1)
    network.policy.w.value[:] *= 100
    agent = PolicyAgent(network, 512.0, 0.998, turns)
    cells = boards[1]
    values = agent.values_many(cells)
    equal = []
    for symmetry in range(8):
        seen = np.array([picture(board, symmetry) for board in cells])
        turned = np.take_along_axis(agent.values_many(seen), MOVES[[symmetry]].astype(int), axis=1)
        equal.append(np.allclose(turned, values, equal_nan=True, rtol=1e-5))
    assert equal == [True] + [turns] * 7
