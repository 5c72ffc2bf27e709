import numpy as np
import pytest

from agents.window.game import Game
from env2048 import board as rules
from env2048.env import Game2048Env
from env2048.replay import verify


def play_some(game: Game, seed: int, moves: int = 10**6) -> list[int]:
    """Legal moves by chance; returns them."""
    rng = np.random.default_rng(seed)
    played: list[int] = []
    while not game.over and len(played) < moves:
        action = int(rng.integers(4))
        if game.step(action):
            played.append(action)
    return played


@pytest.mark.parametrize(("size", "four_probability"), [(4, 0.1), (3, 0.5), (6, 0.1)])
def test_is_the_game_of_an_environment_reset_with_the_seed(size, four_probability):
    env = Game2048Env(size=size, four_probability=four_probability)
    board, info = env.reset(seed=12)
    game = Game(12, size, four_probability)
    rng = np.random.default_rng(0)
    for _ in range(300):
        assert np.array_equal(game.board, board)
        assert (game.score, game.max_tile) == (info["score"], info["max_tile"])
        action = int(rng.integers(4))
        board, _, over, _, info = env.step(action)
        assert game.step(action) == info["legal"]
        assert game.over == over


def test_an_illegal_move_changes_nothing():
    game = Game(0)
    illegal = int(np.flatnonzero(~rules.legal_moves(_until_stuck(game)))[0])
    before, moves = game.board.copy(), len(game)
    assert not game.step(illegal)
    assert np.array_equal(game.board, before)
    assert len(game) == moves


def _until_stuck(game: Game) -> rules.Board:
    """Plays until a direction is closed."""
    while rules.legal_moves(game.board).all():
        game.step(int(np.flatnonzero(rules.legal_moves(game.board))[0]))
    return game.board


@pytest.mark.parametrize("seed", range(5))
def test_what_is_taken_back_and_played_again_is_the_same(seed):
    game = Game(seed)
    moves = play_some(game, seed)
    boards = [board.tobytes() for board, _ in game.positions]
    scores = [score for _, score in game.positions]
    back = int(np.random.default_rng(seed).integers(1, len(moves)))
    for _ in range(back):
        assert game.undo()
    assert game.board.tobytes() == boards[-1 - back]
    assert game.score == scores[-1 - back]
    assert not game.over
    for action in moves[-back:]:
        assert game.step(action)
    assert [board.tobytes() for board, _ in game.positions] == boards
    assert [score for _, score in game.positions] == scores
    assert game.over


def test_undo_ends_at_the_start():
    game = Game(3)
    start = game.board.copy()
    for _ in range(len(play_some(game, 3, moves=5))):
        assert game.undo()
    assert not game.undo()
    assert np.array_equal(game.board, start)


def test_another_way_after_undo_is_recorded_alone():
    game = Game(8)
    played = play_some(game, 8, moves=20)
    for _ in range(10):
        game.undo()
    other = play_some(game, 9, moves=10)
    replay = game.replay("me")
    assert replay.moves == "".join(rules.DIRECTIONS[a] for a in played[:10] + other)
    assert verify(replay).key_reproduces


def test_replay_holds_the_whole_game():
    game = Game(4, size=3)
    rng = np.random.default_rng(4)
    while not game.over:
        legal = rules.legal_moves(game.board)
        values = np.where(legal, rng.normal(size=4), np.nan)
        game.step(int(np.nanargmax(values)), values)
    replay = game.replay("somebody")
    found = verify(replay)
    assert found.key_reproduces
    assert (found.score, found.max_tile, found.moves) == (game.score, game.max_tile, len(game))
    assert (replay.agent, replay.seed, replay.size, replay.ended) == ("somebody", 4, 3, "dead")
    assert replay.values is not None
    for letter, entry in zip(replay.moves, replay.values, strict=True):
        assert entry is not None
        known = [-np.inf if value is None else value for value in entry]
        assert rules.DIRECTIONS[int(np.argmax(known))] == letter


def test_replay_of_no_move_and_with_a_wild_name():
    replay = Game(1).replay("runs/" + 300 * "x" + "\x1b[2J\n/best")
    verify(replay)
    assert replay.moves == ""
    assert replay.ended == "quit"
    assert replay.agent is not None
    assert len(replay.agent) == 200
    assert replay.agent.endswith("x[2J/best")


def test_too_large_for_a_replay():
    with pytest.raises(ValueError, match="2 to 5, not 6"):
        Game(1, size=6).replay("me")
