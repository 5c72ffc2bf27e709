import numpy as np
import pytest

from agents.policy.buffer import Block, ReplayBuffer

BLOCKS, MOVES, COUNT = 4, 3, 5


def fill(buffer, number):
    """Writes a block whose contents tell where they are from."""
    block = buffer.begin()
    block.boards[:] = 1000 * number + np.arange((MOVES + 1) * COUNT).reshape(MOVES + 1, COUNT)
    block.masks[:] = number
    block.actions[:] = number % 4
    block.log_chances[:] = -number
    block.rewards[:] = 10 * number
    block.ends[:] = number % 2


@pytest.fixture
def buffer():
    return ReplayBuffer(BLOCKS, MOVES, COUNT)


def test_the_memory_is_what_was_said(buffer):
    arrays = buffer._ring.arrays().values()
    taken = sum(array.nbytes for array in arrays) + buffer.priorities.nbytes
    said = ReplayBuffer.memory_needed(BLOCKS, MOVES, COUNT)
    assert said == taken
    before = [id(array) for array in arrays]
    for number in range(9):
        fill(buffer, number)
    assert [id(array) for array in buffer._ring.arrays().values()] == before


def test_it_keeps_the_last_blocks(buffer):
    for number in range(1, 8):
        fill(buffer, number)
        assert len(buffer) == min(number, BLOCKS)
        found = buffer.gather(np.arange(len(buffer) * COUNT))
        kept = range(max(1, number - BLOCKS + 1), number + 1)
        assert sorted(set(found.rewards.ravel() / 10)) == list(kept)
        assert (buffer.newest.masks == number).all()
        ordered = buffer.in_order()
        assert (ordered.rewards[:, 0] / 10).tolist() == [n for n in kept for _ in range(MOVES)]
        assert ordered.boards.shape == (MOVES * len(buffer) + 1, COUNT)
        assert ordered.boards[-1].tolist() == buffer.newest.boards[-1].tolist()


def test_a_sequence_comes_back_as_it_was_written(buffer):
    for number in range(1, 7):
        fill(buffer, number)
    place = buffer.places_of_newest()[2]
    found = buffer.gather(np.array([place, place - COUNT]))
    for column, number in ((0, 6), (1, 5)):
        assert found.boards[:, column].tolist() == [1000 * number + COUNT * t + 2 for t in range(4)]
        assert set(found.log_chances[:, column].tolist()) == {-number}
        assert found.actions.dtype == np.int8
    joined = Block.joined([buffer.newest, found])
    assert joined.boards.shape == (MOVES + 1, COUNT + 2)
    assert joined.columns(slice(COUNT, None)).boards.tolist() == found.boards.tolist()


def test_only_older_sequences_are_drawn(buffer):
    rng = np.random.default_rng(0)
    fill(buffer, 1)
    for draw in (buffer.sample, buffer.positions):
        with pytest.raises(ValueError, match="nothing yet but its newest block"):
            draw(3, rng)
    for number in range(2, 12):
        fill(buffer, number)
        drawn, _ = buffer.sample(400, rng, exponent=0.5)
        assert not set(drawn) & set(buffer.places_of_newest())
        assert set(drawn) == set(buffer.older())
        boards = buffer.positions(200, rng)
        assert set(boards // 1000) == set(range(max(1, number - BLOCKS + 1), number))
        assert (boards % 1000).max() < MOVES * COUNT  # before a move, not after the last


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_how_often_each_is_drawn(exponent, buffer):
    for number in range(BLOCKS):
        fill(buffer, number)
    older = buffer.older()
    priorities = np.random.default_rng(1).random(len(older)).astype(np.float32) * 5
    buffer.set_priorities(older, priorities)
    rng, draws = np.random.default_rng(2), 20_000
    drawn, weights = zip(*(buffer.sample(5, rng, exponent) for _ in range(draws)), strict=True)
    counts = np.bincount(np.concatenate(drawn), minlength=BLOCKS * COUNT)[older]
    expected = priorities.astype(float) ** exponent
    expected *= 5 * draws / expected.sum()
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected.max())
    sums = np.bincount(np.concatenate(drawn), np.concatenate(weights), BLOCKS * COUNT)[older]
    assert sums == pytest.approx(5 * draws / len(older), rel=0.2)  # all count alike in the end


def test_few_are_drawn_twice(buffer):
    for number in range(BLOCKS):
        fill(buffer, number)
    rng = np.random.default_rng(0)
    places, weights = buffer.sample(len(buffer.older()), rng)
    assert sorted(places) == buffer.older().tolist()  # evenly, each once
    assert (weights == 1).all()


def test_new_sequences_have_the_highest_priority(buffer):
    fill(buffer, 1)
    assert (buffer.priorities[0] == 1).all()
    buffer.set_priorities(np.array([3]), np.array([7.0], np.float32))
    fill(buffer, 2)
    assert (buffer.priorities[1] == 7).all()


@pytest.mark.parametrize("written", [2, 7])
def test_saved_and_restored(written, buffer):
    for number in range(written):
        fill(buffer, number)
    tensors = {name: array.copy() for name, array in buffer.pack().items()}
    again = ReplayBuffer(BLOCKS, MOVES, COUNT)
    again.restore(tensors)
    for each in (buffer, again):
        fill(each, 99)
    for name, array in buffer.pack().items():
        assert np.array_equal(array, again.pack()[name]), name
    one, two = (each.sample(50, np.random.default_rng(0), 0.5) for each in (buffer, again))
    assert np.array_equal(one[0], two[0])
