"""Our n-tuple learner and search beside TDL2048, in turn on one core of one machine.

    git clone https://github.com/moporgic/TDL2048 && make -C TDL2048 native
    python tests/benchmarks/beside_tdl2048.py TDL2048/2048

Training starts from nothing in every round, with the same network, algorithm and number of games;
the first thousand, in which the system hands out the memory, are not timed. For play and search
both have trained the 4x6 network by TC for 10,000 games, and play with their own weights, we
without what TC keeps beside them, as after loading. Rates are in moves per second of wall time, as
TDL2048 prints them, medians over the rounds; then their ratio.
"""

import argparse
import re
import subprocess
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from agents.benchmarks import Round, alternate
from agents.evaluation import evaluate
from agents.ntuple.agent import NTupleAgent
from agents.ntuple.config import COLUMNS, Algorithm, NTupleConfig
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.ntuple.storage import pack_network
from agents.search.agent import SearchAgent
from env2048.keys import game_keys

TRAINED = 10_000
PIECE = 100
"""Games that are trained on in one call, as in a run."""

SEARCH_GAMES = {1: 200, 2: 20, 3: 2}
"""Games of a round, by plies: a second or two."""


def trains(network: str, algorithm: Algorithm, games: int) -> tuple[NTupleNetwork, float]:
    """A network after so many games, and the moves per second after the first thousand."""
    config = NTupleConfig(network=network, algorithm=algorithm)
    learned = NTupleNetwork.zeros(parse_patterns(network), COLUMNS[algorithm])
    coherence = algorithm == "tc"
    learned.train(game_keys(0, 0, 0), config.rate, coherence)  # compiles
    moves = 0
    start = time.perf_counter()
    for first in range(0, games, PIECE):
        if first == 1000:
            moves, start = 0, time.perf_counter()
        keys = game_keys(1, first, min(PIECE, games - first))
        moves += int(learned.train(keys, config.rate, coherence).moves.sum())
    return learned, moves / (time.perf_counter() - start)


def tdl2048(binary: Path, *arguments: str) -> float:
    """Runs TDL2048; moves per second over the lines `n/m 123ms 456ops` but, of many, the first."""
    command = [str(binary), *arguments, "-s", "1"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    parts = [
        (float(ms) / 1000, float(rate))
        for ms, rate in re.findall(r"^\d+/\d+ (\d+)ms ([\d.]+)ops", out, re.MULTILINE)
    ]
    timed = parts[1:] or parts
    return sum(seconds * rate for seconds, rate in timed) / sum(seconds for seconds, _ in timed)


def plays(agent: NTupleAgent | SearchAgent, games: int) -> Round:
    """Plays other games each time."""
    seeds = iter(range(1, 1 << 30, games))
    return lambda: evaluate(agent, games, next(seeds), workers=1).moves_per_second


def compare(name: str, ours: Round, theirs: Round, rounds: int) -> None:
    """Measures both in turn and prints the medians and their ratio."""
    rates = alternate([ours, theirs], rounds)
    one, other = map(median, rates)
    print(f"{name:<24}{one:>12,.0f}{other:>12,.0f}{one / other:>8.2f}", flush=True)


def training(binary: Path, games: int, rounds: int) -> None:
    """TD(0) and TC on 4x6, TC on 8x6."""
    learners: list[tuple[str, Algorithm, str]] = [
        ("4x6", "td0", "0.1"), ("4x6", "tc", "1.0"), ("8x6", "tc", "1.0"),
    ]  # fmt: skip
    for network, algorithm, alpha in learners:
        asked = ("-n", f"{network}patt", "-t", f"{games // 1000}x1000", "-a", alpha)
        compare(
            f"train {network} {algorithm}",
            lambda network=network, algorithm=algorithm: trains(network, algorithm, games)[1],
            lambda asked=asked: tdl2048(binary, *asked),
            rounds,
        )


def searching(binary: Path, rounds: int) -> None:
    """Play with one to three plies, without and with transposition tables."""
    learned = trains("4x6", "tc", TRAINED)[0]
    agent = NTupleAgent.from_tensors(*pack_network(learned), "trained")  # as loading does
    with TemporaryDirectory() as folder:
        weights = str(Path(folder) / "tdl2048.w")
        tdl2048(
            binary, "-n", "4x6patt", "-t", f"{TRAINED // 1000}x1000", "-a", "1.0", "-o", weights
        )
        for plies, ours, theirs in (
            (1, "", ()), (2, "", ()), (3, "with our table", ()),
            (3, "with both tables", ("-c", "1G")),
        ):  # fmt: skip
            games = SEARCH_GAMES[plies]
            asked = ("-n", "4x6patt", "-i", weights, "-e", f"1x{games}", "-d", f"{plies}p", *theirs)
            player = agent if plies == 1 else SearchAgent(agent, plies)
            compare(
                f"play {plies}-ply {ours}",
                plays(player, games),
                lambda asked=asked: tdl2048(binary, *asked),
                rounds,
            )


def main() -> None:
    """Prints a line for each comparison."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("binary", type=Path, help="TDL2048's program")
    parser.add_argument("--games", type=int, default=10_000, help="of training, whole thousands")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["training", "search"])
    options = parser.parse_args()
    print(f"{'':<24}{'ours':>12}{'TDL2048':>12}{'ratio':>8}")
    if options.only != "search":
        training(options.binary, options.games, options.rounds)
    if options.only != "training":
        searching(options.binary, options.rounds)


if __name__ == "__main__":
    main()
