import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.board import is_dead
from env2048.replay import Recorder, ReplayError, verify
from env2048.replay.convert import from_2048rl, to_2048rl


@pytest.fixture
def theirs():
    """A game as 2048rl's benchmark writes it, by hand.

    [2 2 . .]  left  [4 . . .]  down  [. . . .]
    [. . . .] -----> [. . . .] -----> [. 2 . .]  (2 appears at row 1, column 1)
    [. . . .]        [. . . .]        [4 . . .]  <- no: tiles fall to the last row
    [. . . .]        [. 4 . .]        [4 4 . .]
    """
    return {
        "initialboard": [[2, 2, 0, 0], [0] * 4, [0] * 4, [0] * 4],
        "gameplay": [
            {
                "move_made": 3,
                "new_tile_idx": [3, 1],
                "new_tile_val": 4,
                "move_idx": 1,
                "reward": 4,
            },
            {
                "move_made": 2,
                "new_tile_idx": [1, 2],
                "new_tile_val": 2,
                "move_idx": 2,
                "reward": 0,
            },
            {
                "move_made": 1,
                "new_tile_idx": [0, 0],
                "new_tile_val": 2,
                "move_idx": 3,
                "reward": 8,
            },
        ],
    }
