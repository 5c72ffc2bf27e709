"""`atomic_path`: either the old file or the whole new one, and nothing else."""

import os
from pathlib import Path

import pytest

from env2048.files import atomic_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_a_new_file(tmp_path):
    with atomic_path(tmp_path / "game.json") as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".json"  # what writers choose a format by
        assert names(tmp_path) == [temporary.name]
    assert names(tmp_path) == ["game.json"]
    assert (tmp_path / "game.json").read_text() == "new"


def test_replaces_a_file_only_at_the_end(tmp_path):
    path = tmp_path / "weights.tar.gz"
    path.write_text("old")
    with atomic_path(str(path)) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["weights.tar.gz"]


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path, error):
    path = tmp_path / "game.json"
    path.write_text("old")
    with pytest.raises(error), atomic_path(path) as temporary:
        temporary.write_text("half of the n")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["game.json"]


def test_nothing_written_is_an_error(tmp_path):
    path = tmp_path / "game.json"
    path.write_text("old")
    with pytest.raises(OSError), atomic_path(path):
        pass
    assert path.read_text() == "old"


def test_is_flushed_before_it_is_renamed(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (calls.append("replace"), replace(self, target))
    )
    with atomic_path(tmp_path / "a") as temporary:
        temporary.write_bytes(b"1")
    assert calls == ["fsync", "replace"]


def test_a_failing_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "game.json"
    path.write_text("old")

    def full(fd):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk full"), atomic_path(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["game.json"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(OSError), atomic_path(tmp_path / "no" / "game.json") as temporary:
        temporary.write_text("new")
    assert names(tmp_path) == []


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(OSError), atomic_path(tmp_path / "run") as temporary:
        temporary.write_text("new")
    assert names(tmp_path) == ["run"]
