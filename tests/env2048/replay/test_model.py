import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from env2048.replay import Replay, schema, schema_text
from env2048.replay.json_text import to_json

SCHEMA_FILE = Path(__file__).parents[3] / "replays" / "schema.json"


def test_a_replay_cannot_be_changed(small_replay):
    with pytest.raises(ValidationError):
        small_replay.score = 7
    assert isinstance(small_replay.start, tuple)
    assert hash(small_replay) == hash(small_replay.model_copy())


def test_boards_are_new_arrays(small_replay):
    board = small_replay.start_board()
    assert board.dtype == np.uint8
    board[:] = 9
    assert small_replay.start_board().tolist() == [[1, 1], [0, 0]]
    assert small_replay.final_board().tolist() == [[0, 1], [2, 3]]


def test_a_board_may_be_given_as_an_array(small_game):
    small_game["start"] = np.array(small_game["start"], dtype=np.uint8)
    assert Replay(**small_game).start == ((1, 1), (0, 0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", 1),
        ("size", 6),
        ("size", True),
        ("size", 2.0),
        ("size", 3),
        ("four_probability", -0.1),
        ("four_probability", 1.1),
        ("four_probability", float("nan")),
        ("four_probability", True),
        ("four_probability", 10**400),
        ("agent", 7),
        ("agent", "\x1b[2J"),
        ("agent", "a\nb"),
        ("agent", "\ud800"),
        ("agent", "x" * 201),
        ("seed", -1),
        ("seed", 1.5),
        ("key", -1),
        ("key", 1 << 64),
        ("key", "1"),
        ("start", [[1, 1], [0, 18]]),
        ("start", [[1, 1], [0, -1]]),
        ("start", [[1, 1], [0, True]]),
        ("start", [[1, 1], [0, 1.0]]),
        ("start", [[1, 1], [0]]),
        ("start", [[1, 1, 1], [0, 0, 0]]),
        ("start", [[0] * 3] * 3),
        ("start", "ab"),
        ("start", None),
        ("final", [[0] * 6] * 6),
        ("moves", None),
        ("moves", ["L", "R", "L", "D"]),
        ("moves", "L" * 1_638_401),
        ("spawns", 5),
        ("score", -1),
        ("score", 1.0),
        ("score", 1 << 53),
        ("max_tile", 1 << 18),
        ("ended", "won"),
        ("ended", None),
        ("values", [None] * 3),
        ("values", [[1, 2, 3]] * 4),
        ("values", [[1, 2, 3, float("inf")]] * 4),
        ("values", [[1, 2, 3, True]] * 4),
        ("values", [[1, 2, 3, 10**400]] * 4),
        ("values", [5] * 4),
        ("values", {"a": 1}),
        ("version", 2),
        ("format", "another"),
        ("extra", 1),
    ],
)
def test_what_is_not_well_formed_is_refused(small_game, field, value):
    Replay(**small_game)
    with pytest.raises(ValidationError):
        Replay(**(small_game | {field: value}))


def test_the_extremes_are_accepted(small_game):
    replay = Replay(
        **small_game
        | {"key": (1 << 64) - 1, "seed": 10**30, "four_probability": 1, "agent": "näme"}
        | {"values": [None, [1, 2.5, None, -3], [None] * 4, (0, 0, 0, 0)]}
    )
    assert replay.key == 2**64 - 1
    assert replay.values == (None, (1.0, 2.5, None, -3.0), (None,) * 4, (0.0,) * 4)


def test_a_model_survives_pydantics_own_json(random_replay):
    assert Replay.model_validate_json(random_replay.model_dump_json()) == random_replay


def test_the_schema_file_is_up_to_date():
    """To renew it, write `env2048.replay.schema_text()` to replays/schema.json."""
    assert json.loads(SCHEMA_FILE.read_text()) == schema()
    assert json.loads(schema_text()) == schema()


def test_the_schema_describes_what_is_written(random_replay, small_replay):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    for replay in (random_replay, small_replay):
        validator.validate(json.loads(to_json(replay)))


@pytest.mark.parametrize(
    "change",
    [
        {"moves": "LRXD"},
        {"spawns": "GAH!"},
        {"version": 2},
        {"size": 6},
        {"key": 1 << 64},
        {"start": [[18, 0], [0, 0]]},
        {"values": [[1, 2, 3]] * 4},
        {"ended": "won"},
        {"extra": 1},
        {"score": -1},
    ],
)
def test_the_schema_refuses_what_we_refuse(small_replay, change):
    validator = jsonschema.Draft202012Validator(schema())
    content = json.loads(to_json(small_replay))
    assert validator.is_valid(content)
    assert not validator.is_valid(content | change)


@pytest.mark.parametrize("field", ["format", "version", "size", "start", "moves", "ended"])
def test_the_schema_requires_fields(small_replay, field):
    content = json.loads(to_json(small_replay))
    del content[field]
    assert not jsonschema.Draft202012Validator(schema()).is_valid(content)
