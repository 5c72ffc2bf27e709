"""Thinking beside the window."""

import threading

import numpy as np
import pytest

from agents.recording import Decision
from agents.window.thought import Thought

DECISION = Decision(2, np.zeros(4))


def test_a_decision():
    thought = Thought(lambda: DECISION)
    assert thought.wait(10)
    assert thought.decision is DECISION


def test_waiting_ends_before_the_thought_does():
    go_on = threading.Event()

    def decide():
        go_on.wait()
        return DECISION

    thought = Thought(decide)
    assert not thought.wait(0)
    assert not thought.wait(0.01)
    go_on.set()
    assert thought.wait(10)


def test_one_after_the_other():
    go_on, order = threading.Event(), []

    def first():
        go_on.wait()
        order.append(1)
        return DECISION

    def second():
        order.append(2)
        return DECISION

    forgotten = Thought(first)
    thought = Thought(second, after=forgotten)
    assert not thought.wait(0.05)
    go_on.set()
    assert thought.wait(10)
    assert order == [1, 2]


def test_what_the_agent_raises():
    def decide():
        raise ValueError("no legal move")

    thought = Thought(decide)
    assert thought.wait(10)
    with pytest.raises(ValueError, match="no legal move"):
        _ = thought.decision
