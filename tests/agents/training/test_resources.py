"""How much memory is free, as told by the system, a container, or nobody."""

import os
from pathlib import Path

import pytest

from agents.training import resources
from agents.training.resources import MemoryShortageError, free_memory, gigabytes, require_memory
from env2048.errors import Scratch2048Error

GB = 1_000_000_000


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A machine of which nothing is known yet; a function writes what it says of itself."""
    monkeypatch.setattr(resources, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(resources, "_GROUP", tmp_path)
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 1 << 20}.get(name, 4096))

    def says(**files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text)

    return says


def container(limit, used, cached=0):
    stat = f"anon 5\ninactive_file {cached // 2}\nactive_file {cached // 2}\nslab 7\n"
    return {"memory_max": f"{limit}\n", "memory_current": f"{used}\n", "memory_stat": stat}


MEMINFO = (
    "MemTotal:       32000000 kB\nMemFree:  1000 kB\nMemAvailable:   20000000 kB\nCached: 3 kB\n"
)


def test_linux(system):
    system(meminfo=MEMINFO)
    assert free_memory() == 20_000_000 * 1024


def test_a_container_that_allows_less(system):
    system(meminfo=MEMINFO, **container(3 * GB, 1 * GB))
    assert free_memory() == 2 * GB


def test_a_container_that_allows_more_than_there_is(system):
    system(meminfo=MEMINFO, **container(64 * GB, 1 * GB))
    assert free_memory() == 20_000_000 * 1024


def test_files_in_memory_are_given_up_when_it_is_needed(system):
    system(meminfo=MEMINFO, **container(3 * GB, 3 * GB, cached=2 * GB))
    assert free_memory() == 2 * GB


def test_a_container_without_a_limit(system):
    system(meminfo=MEMINFO, **container("max", 1 * GB))
    assert free_memory() == 20_000_000 * 1024


def test_a_container_beyond_its_limit(system):
    system(meminfo=MEMINFO, **container(1 * GB, 2 * GB))
    assert free_memory() == 0


@pytest.mark.parametrize("damage", ["memory_max", "memory_current", "memory_stat"])
def test_a_container_that_says_nonsense_is_not_asked(damage, system):
    system(meminfo=MEMINFO, **container(1 * GB, 0) | {damage: "a lot\nand more\n"})
    assert free_memory() == 20_000_000 * 1024


def test_other_systems_say_what_is_installed(system):
    assert free_memory() == 4096 << 20


def test_systems_that_say_nothing(system, monkeypatch):
    def fails(name):
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", fails)
    assert free_memory() is None
    require_memory(1 << 60, "training 4x6")  # then nothing is known to be too much
    monkeypatch.delattr(os, "sysconf")
    assert free_memory() is None


def test_here():
    if Path("/proc/meminfo").exists():
        assert 1_000_000 < free_memory() < 1 << 46


def test_require_memory(monkeypatch):
    monkeypatch.setattr(resources, "free_memory", lambda: 2 * GB)
    require_memory(2 * GB, "training 4x6")
    with pytest.raises(
        MemoryShortageError,
        match=r"^training 4x6 needs 2\.50 GB of memory and 2\.00 GB are free: choose a smaller "
        r"network, or close other programs$",
    ) as error:
        require_memory(2_500_000_000, "training 4x6")
    assert isinstance(error.value, Scratch2048Error)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0.1 MB"),
        (99_000, "0.1 MB"),
        (786_432, "0.79 MB"),
        (6_291_456, "6.3 MB"),
        (75_497_472, "75 MB"),
        (99_400_000, "99 MB"),
        (99_600_000, "0.10 GB"),
        (100_000_000, "0.10 GB"),
        (805_306_368, "0.81 GB"),
        (12_884_901_888, "12.88 GB"),
    ],
)
def test_gigabytes(size, text):
    assert gigabytes(size) == text
