"""An agent's games in the window.

Space pauses and the right arrow then steps once, + and - change the speed, V shows what the agent
expects of each move (of a policy: probabilities, and the points that it expects, as bars), R begins
the next game, Esc or closing the window ends.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import PurePath
from typing import Protocol, runtime_checkable

from agents.base import Agent
from agents.recording import Decision, decide, game_rng
from agents.window.game import Game
from agents.window.thought import Thought
from env2048.board import Board
from env2048.render.notes import Notes
from env2048.render.theme import APPEAR_MS, GAME_OVER, SLIDE_MS
from env2048.render.window import Window

KEYS = (
    "space pauses, the right arrow then steps, + and - change the speed, V shows values, "
    "R: next game, Esc ends"
)

SLOWEST, FASTEST = 0.25, 1000.0
"""Between these, in moves per second, + and - double and halve the speed."""

_ANIMATION = (SLIDE_MS + APPEAR_MS) / 1000
_ANIMATED_SHARE = 0.8
"""Animations take this share of the time of a move, so that tiles rest before the next one."""

_LEAST_ANIMATED = 1 / 30
"""Moves shorter than this, in seconds, are not animated."""

_PICTURE = 1 / 60
"""Seconds between two pictures when moves are faster than the eye."""

_PATIENCE = 0.2
"""Seconds of thinking for which the window waits; it takes keys while the agent thinks longer."""

_GAME_OVER_SHOWN = 2.0
_NAP = 0.1
"""Seconds after which a waiting window looks whether it should stop."""


@runtime_checkable
class HasChances(Protocol):
    """An agent whose values are probabilities, and that says what it expects: a policy."""

    def expected(self, board: Board) -> float:
        """The points that are still to come."""
        ...


class Watcher:
    """Plays games with an agent and shows them as the keys that are pressed ask for.

    Args:
        agent: the player.
        window: shows the games; closing it ends them.
        seed: the first game is that of `env.reset(seed=seed)`, the next that of seed + 1.
        size: rows of the board.
        limit: how many games to play to their end; None: until the window is closed.
        speed: moves per second.
        hurry: nobody is watching: waits for nothing.
        stop: asked all the time; the games end once it says true.
    """

    def __init__(
        self,
        agent: Agent,
        window: Window,
        *,
        seed: int,
        size: int = 4,
        limit: int | None = None,
        speed: float = 8.0,
        hurry: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.speed = speed
        self.paused = False
        self.shows_values = False
        self._agent = agent
        self._window = window
        self._seed = seed
        self._size = size
        self._limit = limit
        self._hurry = hurry
        self._stop = stop
        self._best = 0
        self._thought: Thought | None = None
        self._quit = self._next_game = self._step = False
        self._due = self._drawn = 0.0  # when the next move is to come, when a picture last came

    def games(self) -> Iterator[Game]:
        """Shows the games; yields each one when it has ended or been broken off."""
        finished = 0
        for seed in count(self._seed):
            self._game = Game(seed, self._size)
            self._watch()
            yield self._game
            finished += self._game.over
            if self._done or finished == self._limit:
                return

    @property
    def _done(self) -> bool:
        return self._quit or self._window.closed or self._stop()

    def _watch(self) -> None:
        """Shows one game."""
        game = self._game
        self._next_game = False
        self._most_expected = 0.0
        self._rng = game_rng(game.seed)
        self._decision: Decision | None = None
        self._think()
        self._due = time.perf_counter() + 1 / self.speed
        scale = self._animation_scale()
        self._window.animate_start(game.board, 0, self._best, self._notes(), scale)
        while not (game.over or self._next_game or self._done):
            self._take_keys()
            if self._decision is None:
                self._wait_for_thought()
            elif self._may_move():
                self._move()
            else:
                self._wait(self._due)
        if game.over:
            self._show_end()

    def _think(self) -> None:
        """What the agent will do next, known before it is done so that it can be shown."""
        self._decision = None
        if self._game.over:
            return
        decision = partial(decide, self._agent, self._game.board, self._rng)
        self._thought = thought = Thought(decision, self._thought)
        while not thought.wait(_PATIENCE):
            if not self._hurry:
                return
        self._decision = thought.decision

    def _wait_for_thought(self) -> None:
        """Waits a moment, taking keys, for an agent that thinks for long."""
        self._window.wait(_NAP / 2)
        assert self._thought is not None
        if self._thought.wait(0):
            self._decision = self._thought.decision
            self._show()

    def _may_move(self) -> bool:
        """Whether it is time for a move, and nobody holds it up."""
        if self._next_game or self._done:
            return False
        if self.paused:
            step, self._step = self._step, False
            return step
        return self._hurry or time.perf_counter() >= self._due

    def _move(self) -> None:
        """Plays the move that was decided on, and shows it."""
        game = self._game
        assert self._decision is not None
        action, values = self._decision
        before, notes, scale = game.board, self._notes(), self._animation_scale()
        game.step(action, values)
        self._best = max(self._best, game.score)
        self._due = max(self._due + 1 / self.speed, time.perf_counter())
        if scale > 0:
            self._window.animate(before, action, game.board, game.score, self._best, notes, scale)
        self._think()
        if scale > 0 or time.perf_counter() - self._drawn >= _PICTURE:
            self._show()

    def _animation_scale(self) -> float:
        """How much longer than the original's the animation of a move is, 0 for none."""
        if self._hurry:
            return 0.0
        if self.paused:
            return 1.0
        interval = 1 / self.speed
        if interval < _LEAST_ANIMATED:
            return 0.0
        return min(1.0, _ANIMATED_SHARE * interval / _ANIMATION)

    def _show(self) -> None:
        game = self._game
        self._window.show(game.board, game.score, self._best, self._notes())
        self._drawn = time.perf_counter()

    def _notes(self) -> Notes:
        if self.paused:
            status = "paused   right: step   V: values   R: next game"
        else:
            name = PurePath(self._agent.name).name
            status = f"{name}, seed {self._game.seed}, {self.speed:g} moves/s"
        if self._game.over:
            return Notes(status, headline=GAME_OVER)
        if not self.shows_values or self._decision is None:
            return Notes(status)
        values, action = self._decision.values.tolist(), self._decision.action
        if not isinstance(self._agent, HasChances):
            return Notes(status, values=values, hint=action)
        points = self._agent.expected(self._game.board)
        self._most_expected = max(self._most_expected, points)
        status = f"{status}, expects {points:,.0f}"
        level = points / self._most_expected if self._most_expected > 0 else 0.0
        return Notes(status, values=values, bars=values, level=level, hint=action)

    def _show_end(self) -> None:
        """Leaves the last board to be looked at; for as long as one likes while paused."""
        self._show()
        end = time.perf_counter() + _GAME_OVER_SHOWN
        while not (self._hurry or self._next_game or self._done):
            self._take_keys()
            if self.paused and self._step:  # one step on from the end is the next game
                self._step = False
                return
            if not self.paused and time.perf_counter() >= end:
                return
            self._wait(end)

    def _wait(self, until: float) -> None:
        left = _NAP if self.paused else until - time.perf_counter()
        self._window.wait(min(max(left, 0.0), _NAP))

    def _take_keys(self) -> None:
        keys = self._window.keys()
        for key in keys:
            self._press(key)
        if keys:
            self._show()

    def _press(self, key: str) -> None:
        if key == "space":
            self.paused = not self.paused
            self._due = time.perf_counter()
        elif key == "right":
            self._step = self.paused
        elif key in ("+", "="):
            self._change_speed(min(2 * self.speed, FASTEST))
        elif key in ("-", "_"):
            self._change_speed(max(self.speed / 2, SLOWEST))
        elif key == "v":
            self.shows_values = not self.shows_values
        elif key == "r":
            self._next_game = True
        elif key == "escape":
            self._quit = True

    def _change_speed(self, speed: float) -> None:
        """A move that has been waited for long enough at the new speed comes at once."""
        self._due += 1 / speed - 1 / self.speed
        self.speed = speed
