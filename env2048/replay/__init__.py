"""Replays: games as files that anyone can check, play again and convert.

Read in this order: `model.py` (what a replay holds; `fields.py` has its harder fields), `codec.py`
(new tiles as characters), `frames.py` (playing one again), `verify.py`, `recorder.py` (making one),
`json_text.py` and `files.py` (reading and writing), and `convert/` (the formats of other programs).
The format is described in `replays/README.md`.

    replay = read_replay("best.json")
    verify(replay)
    for frame in frames(replay):
        print(frame.number, frame.score)
"""

from env2048.errors import ReplayError
from env2048.replay.files import naming, read_replay, verify_file, write_replay
from env2048.replay.frames import Frame, frames
from env2048.replay.model import Replay, schema, schema_text
from env2048.replay.recorder import Recorder, replay_from_key, replay_from_spawns
from env2048.replay.verify import Verification, verify

__all__ = [
    "Frame",
    "Recorder",
    "Replay",
    "ReplayError",
    "Verification",
    "frames",
    "naming",
    "read_replay",
    "replay_from_key",
    "replay_from_spawns",
    "schema",
    "schema_text",
    "verify",
    "verify_file",
    "write_replay",
]
