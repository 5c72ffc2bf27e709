import json
import os
import stat
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.replay import (
    Replay,
    ReplayError,
    files,
    json_text,
    read_replay,
    verify,
    verify_file,
    write_replay,
)
from env2048.replay.json_text import parse_json, replay_from_object, to_json


@pytest.fixture
def content(small_replay):
    """The parsed JSON of a right replay."""
    return json.loads(to_json(small_replay))


def _refused(path):
    """The message with which a file is refused: one line that begins with its name."""
    begin = time.perf_counter()
    with pytest.raises(ReplayError) as caught:
        read_replay(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert len(message) < len(str(path)) + 400
    assert time.perf_counter() - begin < 10
    return message.removeprefix(f"{path}: ")


def test_what_is_written_is_read_again(tmp_path, random_replay, small_replay):
    for replay in (random_replay, small_replay):
        write_replay(replay, tmp_path / "replay.json")
        assert read_replay(tmp_path / "replay.json") == replay
        assert read_replay(str(tmp_path / "replay.json")) == replay
    assert [path.name for path in tmp_path.iterdir()] == ["replay.json"]


@settings(max_examples=20, deadline=None)
@given(key=st.integers(0, 2**64 - 1), size=st.integers(2, 5), with_values=st.booleans())
def test_any_game_survives_its_file(record_random_game, key, size, with_values):
    replay = record_random_game(key, size, limit=30, with_values=with_values).finish()
    assert replay_from_object(parse_json(to_json(replay))) == replay


def test_the_text_is_readable(small_game):
    replay = Replay(
        **small_game, agent="dé", key=2**64 - 1, values=[[1, None, 0.5, 2], *[None] * 3]
    )
    assert to_json(replay) == (
        "{\n"
        '  "format": "scratch2048-replay",\n'
        '  "version": 1,\n'
        '  "size": 2,\n'
        '  "four_probability": 0.1,\n'
        '  "agent": "dé",\n'
        '  "seed": null,\n'
        '  "key": 18446744073709551615,\n'
        '  "start": [\n'
        "    [1, 1],\n"
        "    [0, 0]\n"
        "  ],\n"
        '  "moves": "LRLD",\n'
        '  "spawns": "GAHC",\n'
        '  "score": 16,\n'
        '  "max_tile": 8,\n'
        '  "final": [\n'
        "    [0, 1],\n"
        "    [2, 3]\n"
        "  ],\n"
        '  "ended": "quit",\n'
        '  "values": [\n'
        "    [1.0, null, 0.5, 2.0],\n"
        "    null,\n"
        "    null,\n"
        "    null\n"
        "  ]\n"
        "}\n"
    )


def test_absent_means_null(content):
    for field in ("agent", "seed", "key"):
        del content[field]
    replay = replay_from_object(content)
    assert (replay.agent, replay.seed, replay.key, replay.values) == (None,) * 4


def test_a_byte_order_mark_is_no_harm(tmp_path, small_replay):
    path = tmp_path / "replay.json"
    path.write_text(to_json(small_replay), encoding="utf-8-sig")
    assert read_replay(path) == small_replay


def test_verify_names_the_file(tmp_path, small_replay):
    path = tmp_path / "replay.json"
    write_replay(small_replay, path)
    assert verify_file(path) == verify(small_replay)
    write_replay(small_replay.model_copy(update={"moves": "LRRD"}), path)
    with pytest.raises(ReplayError) as caught:
        verify_file(path)
    assert str(caught.value) == f"{path}: move 3 (R) changes nothing"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON: Expecting value (line 1, column 1)"),
        (b"hello", "is not JSON: Expecting value"),
        (b"\xff\xfe{\x00}\x00", "is not UTF-8 text (byte 0 is wrong)"),
        (b'{"format": "scratch2048-replay", "vers', "is not JSON: Unterminated string"),
        (b"[" * 100_000, "is not a replay: lists or objects are nested too deeply"),
        (b'{"a":' * 100_000, "is not a replay: lists or objects are nested too deeply"),
        (b"[" * 2_000_000, "holds more than 1,000,000 lists and objects; no replay does"),
        (b"[1]", "is not a replay: expected an object with fields, not [1]"),
        (b"null", "is not a replay: expected an object with fields, not None"),
        (b"7" * 5000, "is not a replay: it holds a number of thousands of digits"),
        (b'{"a": NaN}', "is not JSON: NaN is no number there"),
        (b'{"a": -Infinity}', "is not JSON: -Infinity is no number there"),
        (b"{}", 'is not a replay: the field format ("scratch2048-replay") is missing'),
        (b'{"format": 7}', "is not a replay: format is 7; expected"),
        (b'{"format": "scratch2048-replay"}', "the field version (1) is missing"),
        (
            b'{"format": "scratch2048-replay", "version": 2, "new": 1}',
            "version 2 is newer than this program knows (1); update scratch2048",
        ),
        (b'{"format": "scratch2048-replay", "version": true}', "version is True; expected 1"),
        (b'{"format": "scratch2048-replay", "version": "1"}', "version is '1'; expected 1"),
        (b'{"format": "scratch2048-replay", "version": 0}', "version is 0; expected 1"),
        (b'{"format": "scratch2048-replay", "version": 1}', "the field size is missing"),
    ],
)
def test_what_is_not_a_replay_gets_one_line(tmp_path, data, message):
    path = tmp_path / "replay.json"
    path.write_bytes(data)
    assert _refused(path).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": True}, "size: expected a valid integer, not True"),
        ({"size": 9}, "size: expected less than or equal to 5, not 9"),
        ({"seed": 1.5}, "seed: expected a valid integer, not 1.5"),
        ({"key": 2**64}, "key: expected less than 18446744073709551616, not 18446744073709551616"),
        ({"key": -1}, "key: expected greater than or equal to 0, not -1"),
        ({"four_probability": "0.1"}, "four_probability: expected a valid number, not '0.1'"),
        ({"agent": "\x1b[31m"}, "agent: expected printable characters, not '\\x1b[31m'"),
        ({"agent": "x" * 9999}, "agent: String should have at most 200 characters"),
        ({"moves": 5}, "moves: expected a valid string, not 5"),
        ({"start": [[1, 99], [0, 0]]}, "start: row 1, column 2 is 99; expected an exponent"),
        ({"start": [[1, 1]]}, "start: expected 2 to 5 rows"),
        ({"start": [["x"] * 10**5] * 5}, "start: expected 2 to 5 rows"),
        ({"size": 3}, "start has 2 rows, but size is 3"),
        ({"ended": "won"}, "ended: expected 'dead', 'goal' or 'quit', not 'won'"),
        ({"values": [None] * 5}, "values has 5 entries, but there are 4 moves"),
        ({"values": ["x"] * 10**6}, "values: the entry of move 1 is 'x'; expected null, or four"),
        ({"a\x07b": 1}, "the field 'a\\x07b' is unknown; version 1 has the fields format, vers"),
        ({str(i): 1 for i in range(10**5)}, "the field '0' is unknown"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, content, change, message):
    path = tmp_path / "replay.json"
    path.write_text(json.dumps(content | change))
    assert _refused(path).startswith(message)


def test_infinity_by_a_large_exponent_is_refused(tmp_path, small_replay):
    path = tmp_path / "replay.json"
    path.write_text(to_json(small_replay).replace("0.1", "1e999"))
    assert _refused(path).startswith("four_probability: expected")


def test_files_that_cannot_be_read(tmp_path):
    assert _refused(tmp_path / "missing.json") == "there is no such file"
    assert _refused(tmp_path) == "is a folder, not a replay file"
    assert _refused(f"{tmp_path}/nul\0").startswith("cannot be read: ")
    assert _refused(tmp_path / ("x" * 300)).startswith("cannot be read: ")
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    assert _refused(loop).startswith("cannot be read: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert _refused(tmp_path / "pipe") == "is not a regular file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "replay.json"
    path.touch(mode=0)
    assert _refused(path) == "cannot be read: Permission denied"


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # sparse: it takes no room
    assert _refused(path) == "is longer than 32 MiB; no replay is"


def test_a_long_game_is_written_only_if_it_can_be_read(tmp_path, monkeypatch, small_replay):
    path = tmp_path / "replay.json"
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(ReplayError, match=r"replay.json: the replay of 4 moves would be too long"):
        write_replay(small_replay, path)
    assert not path.exists()


def test_the_old_file_survives_a_failure(tmp_path, monkeypatch, small_replay):
    path = tmp_path / "replay.json"
    path.write_text("old")

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ReplayError, match=r"cannot be written: No space left on device"):
        write_replay(small_replay, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["replay.json"]


def test_a_file_has_the_usual_permissions(tmp_path, small_replay):
    write_replay(small_replay, tmp_path / "replay.json")
    (tmp_path / "usual").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("replay.json", "usual")}
    assert len(modes) == 1


def test_places_that_cannot_be_written(tmp_path, small_replay):
    with pytest.raises(ReplayError, match="is a folder, not a file to write to"):
        write_replay(small_replay, tmp_path)
    with pytest.raises(ReplayError, match=f"there is no folder {tmp_path}/missing"):
        write_replay(small_replay, tmp_path / "missing" / "replay.json")
    (tmp_path / "file").touch()
    with pytest.raises(ReplayError, match="there is no folder"):
        write_replay(small_replay, tmp_path / "file" / "replay.json")
    with pytest.raises(ReplayError, match="cannot be written"):
        write_replay(small_replay, f"{tmp_path}/nul\0")
    with pytest.raises(ReplayError, match="cannot be written"):
        write_replay(small_replay, tmp_path / ("x" * 300))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(sorted(Replay.model_fields)), value=_JSON)
def test_any_value_in_any_field_gets_one_line(small_replay, field, value):
    text = json.dumps(json.loads(to_json(small_replay)) | {field: value})
    try:
        verify(replay_from_object(parse_json(text)))
    except ReplayError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 500


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_damaged_text_gets_one_line(small_replay, data):
    text = to_json(small_replay)
    i, j = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    text = text[:i] + data.draw(st.text(max_size=10)) + text[j:]
    try:
        verify(replay_from_object(parse_json(text)))
    except ReplayError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 500


def test_the_bound_on_lists_leaves_room_for_real_games(record_random_game):
    """A game of 200,000 moves with values is far below both bounds."""
    replay = record_random_game(4, with_values=True).finish()
    text, moves = to_json(replay), len(replay.moves)
    assert len(text) / moves * 200_000 < files.MAX_BYTES / 2
    assert json_text.brackets(text) / moves * 200_000 < json_text.MAX_BRACKETS / 2
