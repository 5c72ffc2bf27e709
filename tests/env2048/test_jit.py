"""`@jit`: the folder of compiled kernels, and that code from it is never stale."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from env2048 import jit as jit_module
from env2048.jit import jit, source_hash

find_folder = jit_module.cache_folder.__wrapped__  # anew, instead of once per process


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The user's cache folder and the machine's temporary folder, both empty, none asked for."""
    user, temporary = tmp_path / "user", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: user / name)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return user, temporary


def spoil(folder):
    """Puts a file where the folder should be; unlike a mode, this stops even root."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("not a folder")


# ------------------------------------------------------------------------ where the folder is


def test_folder_is_in_the_users_cache(places):
    user, temporary = places
    assert find_folder() == user / "scratch2048" / "kernels" / source_hash()
    assert find_folder().is_dir()
    assert not list(temporary.iterdir())


def test_an_unwritable_cache_falls_back_to_a_private_temporary_folder(places):
    user, temporary = places
    spoil(user)
    folder = find_folder()
    assert folder.is_dir()
    assert folder.is_relative_to(temporary)
    if hasattr(os, "getuid"):
        assert folder.parent.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes and owners are POSIX's")
@pytest.mark.parametrize("trap", ["open", "link", "foreign"])
def test_code_is_not_taken_from_a_folder_that_others_can_write(places, trap, monkeypatch):
    user, temporary = places
    spoil(user)
    planted = temporary / f"scratch2048-kernels-{jit_module._user_id()}"
    if trap == "link":
        (temporary / "elsewhere").mkdir(mode=0o700)
        planted.symlink_to(temporary / "elsewhere")
    else:
        planted.mkdir(mode=0o700)
    if trap == "open":
        planted.chmod(0o777)
    if trap == "foreign":
        own = jit_module._user_id()
        monkeypatch.setattr(jit_module, "_user_id", lambda: own)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert find_folder() is None


def test_numba_cache_dir_is_obeyed(places, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "asked"))
    assert find_folder() == tmp_path / "asked" / source_hash()
    spoil(tmp_path / "file")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert find_folder() is None  # asked for this place and no other


def test_without_any_folder_kernels_work_uncached(places, monkeypatch):
    user, temporary = places
    spoil(user)
    spoil(temporary / f"scratch2048-kernels-{jit_module._user_id()}")
    assert find_folder() is None
    monkeypatch.setattr(jit_module, "cache_folder", find_folder)
    double = jit(_double)
    assert double(21) == 42
    assert double.stats.cache_path is None


def test_numbas_own_setting_is_left_as_it_was(places, monkeypatch):
    monkeypatch.setattr(jit_module, "cache_folder", find_folder)
    before = numba.config.CACHE_DIR
    kernel = jit(_double)
    assert Path(kernel.stats.cache_path).is_relative_to(find_folder())
    assert before == numba.config.CACHE_DIR


def test_old_folders_are_forgotten(places):
    parent = places[0] / "scratch2048" / "kernels"
    month = 30 * 24 * 3600
    kept = {"0123456789abcdef": month - 3600, "somebody's": 2 * month, "0123456789ABCDEF": 0}
    for name, age in {**kept, "fedcba9876543210": month + 3600}.items():
        (parent / name).mkdir(parents=True)
        os.utime(parent / name, (time.time() - age,) * 2)
    folder = find_folder()
    assert {path.name for path in parent.iterdir()} == {*kept, folder.name}
    os.utime(folder, (0, 0))
    assert time.time() - find_folder().stat().st_mtime < 3600  # used today


def _double(x):
    return 2 * x


# ------------------------------------------------------------------------- what it depends on


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_source_hash_changes_with_any_kernels(tmp_path):
    write(tmp_path, "env2048/kernels.py", "a")
    write(tmp_path, "agents/ntuple/kernels.py", "b")
    hashes = [source_hash(tmp_path)]
    for path, text in [
        ("env2048/kernels.py", "a2"),
        ("agents/ntuple/kernels.py", "b2"),
        ("agents/search/kernels.py", "new"),
        ("env2048/kernels.py", "a"),
    ]:
        write(tmp_path, path, text)
        hashes.append(source_hash(tmp_path))
    (tmp_path / "agents/search").rename(tmp_path / "agents/other")
    hashes.append(source_hash(tmp_path))
    assert len(set(hashes)) == len(hashes)
    write(tmp_path, "env2048/env.py", "not a kernel")
    write(tmp_path, "elsewhere/kernels.py", "not ours")
    assert source_hash(tmp_path) == hashes[-1]
    assert len(hashes[0]) == 16
    assert int(hashes[0], 16) >= 0


def test_source_hash_is_that_of_this_package():
    assert source_hash() == source_hash(Path(jit_module.__file__).parents[1])


INNER = """
from env2048.jit import jit

@jit
def inner(x):
    return x + {}
"""

OUTER = """
from env2048.jit import jit
from env2048.kernels import inner

@jit
def outer(x):
    return 10 * inner(x)
"""

CALL = """
from agents.kernels import outer
print(outer(1), sum(outer.stats.cache_hits.values()))
"""


def test_a_change_in_another_file_is_noticed(tmp_path):
    """Numba alone would go on running `outer` with the old `inner` compiled into it."""
    root = tmp_path / "checkout"
    for package in ("env2048", "agents"):
        write(root, f"{package}/__init__.py", "")
    shutil.copy(jit_module.__file__, root / "env2048" / "jit.py")
    write(root, "env2048/kernels.py", INNER.format(1))
    write(root, "agents/kernels.py", OUTER)
    files = sorted(root.rglob("*"))

    def call():
        environment = {
            **os.environ,
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        }
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    assert call() == ["20", "0"]
    assert call() == ["20", "1"]  # from the cache
    write(root, "env2048/kernels.py", INNER.format(2))
    assert call() == ["30", "0"]
    write(root, "env2048/kernels.py", INNER.format(1))
    assert sorted(root.rglob("*")) == files  # nothing was written beside the sources
