"""From a run to the small file that is shipped."""

import subprocess
import sys

import numpy as np
import pytest

from agents.errors import AgentFileError
from agents.ntuple.embed import embed, main, prune
from agents.ntuple.storage import pack_compact, unpack_network
from agents.registry import load
from agents.training.checkpoints import read_checkpoint
from agents.training.stop import StopRequest


@pytest.fixture
def run(begin, tmp_path):
    """A run of 120 games."""
    trainer = begin(tmp_path / "run", games=120)
    trainer.train(StopRequest())
    return trainer


def test_embed_writes_the_compact_agent(run, tmp_path):
    path = tmp_path / "small.safetensors"
    embed(run.network, path)
    assert path.stat().st_size < 0.5 * run.run.checkpoint_path.stat().st_size
    expected = unpack_network(*pack_compact(run.network), "file")
    agent = load(path)
    assert agent.network.table.tobytes() == expected.table.tobytes()
    assert agent.network.table.shape[1] == 1  # what learning kept beside the weights is gone
    assert read_checkpoint(path)[1]["storage"] == "compact"


def test_as_a_command(run, tmp_path):
    """The same run makes the same file."""
    for name in ("one", "two"):
        arguments = [sys.executable, "-m", "agents.ntuple.embed", run.run.path, tmp_path / name]
        subprocess.run(arguments, check=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert np.count_nonzero(load(tmp_path / "one").network.table) > 1000


def test_what_holds_no_network(tmp_path):
    with pytest.raises(TypeError, match=r"^greedy: not an n-tuple network$"):
        main("greedy", str(tmp_path / "small.safetensors"))
    with pytest.raises(AgentFileError, match="holds no agent yet"):
        main(str(tmp_path), str(tmp_path / "small.safetensors"))
    assert list(tmp_path.iterdir()) == []


def test_prune_keeps_the_weights_that_were_moved_most(run):
    moved = run.network.table[:, 2]
    pruned = prune(run.network, 500).table
    kept = np.flatnonzero(pruned)
    assert 450 < len(kept) <= 500  # a weight that came back to 0 is as good as gone
    assert moved[kept].min() >= np.sort(moved)[-500]
    assert (pruned[kept, 0] == run.network.table[kept, 0]).all()
    whole = prune(run.network, 10**9).table
    assert (whole[:, 0] == run.network.table[:, 0]).all()
    with pytest.raises(ValueError, match="only networks trained by TC"):
        prune(load("ntuple").network, 500)


def test_as_a_command_with_fewer_entries(run, tmp_path):
    main(str(run.run.path), str(tmp_path / "few"), "300")
    assert np.count_nonzero(load(tmp_path / "few").network.table) <= 300


def test_the_player_downgrades_as_its_training_did_or_as_it_is_told(begin, tmp_path):
    trainer = begin(tmp_path / "run", games=20, downgrade=64, missing=8)
    trainer.train(StopRequest())
    for entries, tile, limit in ((None, None, 64), ("300", None, 64), ("300", "128", 128)):
        main(str(tmp_path / "run"), str(tmp_path / "small"), entries, tile)
        network = load(tmp_path / "small").network
        assert (network.limit, network.missing) == (limit, 2 if tile else 8)
    with pytest.raises(ValueError, match="TILE must be a tile from 2 to 16384, not 100"):
        main(str(tmp_path / "run"), str(tmp_path / "wrong"), "300", "100")
    assert not (tmp_path / "wrong").exists()


def test_a_flipped_bit_is_noticed(run, tmp_path):
    path = tmp_path / "small.safetensors"
    embed(run.network, path)
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    with pytest.raises(AgentFileError, match="its bytes are not those that were written"):
        load(path)
