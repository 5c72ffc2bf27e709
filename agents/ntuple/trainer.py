"""Trains an n-tuple network game by game, on one thread or several, and keeps the run folder."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from agents.base import Games
from agents.errors import AgentFileError
from agents.ntuple.config import NTupleConfig, Stage
from agents.ntuple.memory import LONGEST_GAME, MOST_MOVES, GameMemory
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.ntuple.storage import pack_network, unpack_network
from agents.training.checkpoints import read_checkpoint, write_checkpoint
from agents.training.history import History, append_rows, rewind_rows
from agents.training.resources import require_memory
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from env2048.errors import Scratch2048Error
from env2048.keys import game_keys

CHECKPOINT_SECONDS = 60.0
"""Between two checkpoints, at least."""
SAVING_SHARE = 0.05
"""Of the time, writing takes this share at most: large tables take half a minute."""
_CHUNK_SECONDS = 0.2

Report = Callable[[History], None]


def memory_needed(config: NTupleConfig) -> int:
    """Bytes of a run's tables and games, and of what comes beside them for a moment.

    That is what the last stage is made from, or the entries to be written, twice, of which there
    are less than a quarter where tables are large (after a billion moves a fifth).
    """
    stage = parse_patterns(config.network).entries * config.columns * 4
    tables = stage * (len(config.splits) + 1)
    beside = max(stage * len(config.splits), tables // 2)
    return tables + beside + (MOST_MOVES // 4 if config.remembers else 0)


class DivergenceError(Scratch2048Error):
    """Training whose steps are so large that it makes every error larger."""


class NTupleTrainer:
    """One training run: a network, its history, its folder.

    Attributes:
        config: what was asked for.
        run: where it is kept.
        network: what has been learned so far.
        history: what came of the games so far.
        memory: the games so far, if past games are learned from again.
    """

    def __init__(
        self,
        config: NTupleConfig,
        run: RunFolder,
        network: NTupleNetwork,
        history: History,
        memory: GameMemory,
    ) -> None:
        self.config = config
        self.run = run
        self.network = network
        self.history = history
        self.memory = memory

    @classmethod
    def begin(cls, config: NTupleConfig, run: RunFolder) -> "NTupleTrainer":
        """A run from nothing.

        Raises:
            MemoryShortageError: if the machine has less memory than the tables take.
        """
        require_memory(memory_needed(config), f"training {config.network}")
        network = NTupleNetwork.zeros(
            parse_patterns(config.network), config.columns, config.initial
        )
        return cls(config, run, network, History(), GameMemory())

    @classmethod
    def resume(cls, config: NTupleConfig, run: RunFolder) -> "NTupleTrainer":
        """Goes on from the run's last checkpoint; with none yet, from the beginning.

        Raises:
            AgentFileError: if the checkpoint is damaged or of another network.
        """
        if not run.checkpoint_path.exists():
            run.remove_half_written()
            rewind_rows(run.metrics_path, 0)
            return cls.begin(config, run)
        require_memory(memory_needed(config), f"training {config.network}")
        tensors, metadata = read_checkpoint(run.checkpoint_path)
        network = unpack_network(tensors, metadata, str(run.checkpoint_path))
        fits = network.patterns.cells == parse_patterns(config.network).cells
        fits &= network.initial == config.initial and set(network.splits) <= set(config.splits)
        fits &= network.table.shape[1] == config.columns
        history = History.unpack(tensors, metadata, str(run.checkpoint_path))
        # Stopped between two stages it may have entered the next and not played in it.
        stages = [config.stage_of(history.games - 1)[0], config.stage_of(history.games)[0]]
        fits &= (network.limit, network.missing) in [(s.downgrade, s.missing) for s in stages]
        if not fits:
            raise AgentFileError(
                f"{run.checkpoint_path}: holds another network than config.json says"
            )
        try:
            memory = GameMemory.unpack(tensors) if config.remembers else GameMemory()
        except (KeyError, ValueError) as error:
            raise AgentFileError(
                f"{run.checkpoint_path}: cannot be gone on with ({error})"
            ) from None
        run.remove_half_written()
        rewind_rows(run.metrics_path, history.games)
        return cls(config, run, network, history, memory)

    def save(self) -> None:
        """Writes the checkpoint: the agent, and all that `resume` needs.

        Raises:
            DivergenceError: if the weights are no longer numbers; the checkpoint before stays.
        """
        tensors, metadata = pack_network(self.network)
        if not np.isfinite(tensors["entries"]).all():
            raise DivergenceError(
                f"the weights have grown beyond all bounds: train a new run with an alpha below "
                f"{self.config.stage_of(self.history.games - 1)[0].rate:g}"
            )
        recent, totals = self.history.pack()
        tensors |= recent
        if self.config.remembers:
            tensors |= self.memory.pack()
        metadata |= {"agent": "ntuple", **totals, "config": asdict(self.config)}
        write_checkpoint(self.run.checkpoint_path, tensors, metadata)

    def train(self, stop: StopRequest, report: Report = lambda history: None) -> None:
        """Plays until `config.games` are played or a stop is requested, then saves.

        Args:
            stop: asked between pieces of about 0.2 seconds.
            report: called after each piece with the history, as for a progress bar.

        Raises:
            DivergenceError: if the weights have become infinite.
        """
        self._compile()
        seconds = CHECKPOINT_SECONDS
        while self.history.games < self.config.games and not stop.requested:
            self._enter(self.config.stage_of(self.history.games)[0])
            _Round(self, stop, report, seconds).run()
            begun = time.perf_counter()
            self.save()
            seconds = max(CHECKPOINT_SECONDS, (time.perf_counter() - begun) / SAVING_SHARE)

    def _enter(self, stage: Stage) -> None:
        """Makes of the network what this stage wants, if it has not been done."""
        for tile in stage.split:
            self.network = self.network.split(tile)
        self.network = replace(self.network, limit=stage.downgrade, missing=stage.missing)

    def _compile(self) -> None:
        """Has the kernels ready before the clock starts: calls that learn nothing."""
        for coherence in {stage.algorithm == "tc" for stage in self.config.stages or [self.config]}:
            self.network.train(np.empty(0, np.uint64), 0.0, coherence)
            self.network.relearn(0, np.empty(0, np.uint8), 0.0, coherence)

    def play(self, first: int, count: int) -> Games:
        """Trains on the games first, first + 1, ... of the run, all of one stage."""
        keys = game_keys(self.config.seed, first, count)
        stage, n = self.config.stage_of(first)
        steady = stage.rate_of(n) == stage.rate_of(n + count - 1) == stage.rate
        if steady and not stage.sweeps:
            return self.network.train(keys, stage.rate, stage.algorithm == "tc", stage.carousel)
        return Games.concatenate(
            [self._play_one(keys[i : i + 1], stage, n + i) for i in range(count)]
        )

    def _play_one(self, keys: NDArray[np.uint64], stage: Stage, n: int) -> Games:
        """Trains on one game, keys [1], the n-th of a stage, and again on past ones."""
        actions = np.empty(LONGEST_GAME, np.uint8)
        rate, coherence = stage.rate_of(n), stage.algorithm == "tc"
        online = rate if stage.online else 0.0
        games = self.network.train(keys, online, coherence, stage.carousel, actions)
        key, actions = int(keys[0]), actions[: games.moves[0]]
        if self.config.remembers:
            self.memory.add(key, actions)
        for sweep in range(stage.sweeps):
            again, moves = (key, actions) if sweep == 0 else self.memory.choose(key, sweep)
            self.network.relearn(again, moves, rate, coherence, stage.trace, stage.steps)
        return games


class _Round:
    """The games between two checkpoints, all of one stage.

    Threads take the next few games from a common counter until the time is up, so none waits for
    another; the history takes in their results in the order of the games. With one thread the games
    are learned from strictly in order, whatever the sizes of the pieces.
    """

    def __init__(
        self, trainer: NTupleTrainer, stop: StopRequest, report: Report, seconds: float
    ) -> None:
        self._trainer = trainer
        self._stop = stop
        self._report = report
        self._seconds = seconds
        self._changed = threading.Condition()
        self._next = trainer.history.games
        self._last = trainer.config.stage_end(self._next)
        self._results: dict[int, Games] = {}
        self._chunk = 1
        self._running = 0
        self._error: BaseException | None = None

    def run(self) -> None:
        """Plays for these seconds, or until the stage ends, or a stop is requested."""
        history = self._trainer.history
        base, start = history.seconds, time.perf_counter()
        self._end = start + self._seconds
        threads = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(self._trainer.config.threads)
        ]
        self._running = len(threads)
        for thread in threads:
            thread.start()
        try:
            self._collect(base, start)
        except BaseException as error:
            self._error = error  # the threads end with the piece that they are at
            raise
        finally:
            for thread in threads:
                thread.join()

    def _collect(self, base: float, start: float) -> None:
        """Takes in the results until the threads have ended."""
        history = self._trainer.history
        with self._changed:
            while self._running or self._results:
                self._changed.wait(0.1)
                rows = []
                while history.games in self._results:
                    rows += history.add(self._results.pop(history.games))
                history.seconds = base + time.perf_counter() - start
                if rows:
                    append_rows(self._trainer.run.metrics_path, rows)
                self._report(history)
                if self._error is not None:
                    break
        if self._error is not None:
            raise self._error
        history.seconds = base + time.perf_counter() - start

    def _work(self) -> None:
        try:
            while (piece := self._take()) is not None:
                first, count = piece
                begun = time.perf_counter()
                games = self._trainer.play(first, count)
                seconds = time.perf_counter() - begun
                with self._changed:
                    self._results[first] = games
                    self._chunk = max(1, round(count * min(2.0, _CHUNK_SECONDS / seconds)))
                    self._changed.notify()
        except BaseException as error:
            with self._changed:
                self._error = error
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def _take(self) -> tuple[int, int] | None:
        """The next games to play: the first one's number and how many."""
        with self._changed:
            left = self._last - self._next
            ended = self._stop.requested or time.perf_counter() > self._end
            if left <= 0 or ended or self._error is not None:
                return None
            first = self._next
            count = min(self._chunk, left)
            self._next += count
            return first, count
