"""The page that describes the format is right."""

import json
import re
from pathlib import Path

import jsonschema

from env2048.replay import Replay, schema, verify
from env2048.replay.codec import ALPHABET
from env2048.replay.convert import from_2048league, from_2048rl, to_2048league
from env2048.replay.json_text import replay_from_object

README = (Path(__file__).parents[3] / "replays" / "README.md").read_text(encoding="utf-8")


def _block(language, containing):
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if containing in block)


def test_the_example_is_a_right_replay():
    content = json.loads(_block("json", "scratch2048-replay"))
    jsonschema.validate(content, schema())
    assert verify(replay_from_object(content)).key_reproduces is True


def test_every_field_is_described():
    table = README[README.index("| Field") :]
    for field in Replay.model_fields:
        assert f"| `{field}` |" in table
    assert ALPHABET in README


def test_the_examples_of_other_formats_are_the_same_game():
    replay = replay_from_object(json.loads(_block("json", "scratch2048-replay")))
    league = _block("text", "").rstrip("\n")
    assert league == to_2048league(replay)
    for other in (from_2048league(league), from_2048rl(json.loads(_block("json", "initialboard")))):
        assert (other.moves, other.spawns, other.final) == (
            replay.moves,
            replay.spawns,
            replay.final,
        )
