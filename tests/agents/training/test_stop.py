"""Ctrl-C and SIGTERM ask a loop to end; whoever asks twice is not made to wait."""

import os
import signal
import threading
import time

import pytest

from agents.training import stop as module
from agents.training.stop import StopRequest

SIGNALS = [signal.SIGINT, signal.SIGTERM]


def send(number):
    os.kill(os.getpid(), number)


def handlers():
    return [signal.getsignal(number) for number in SIGNALS]


def test_nobody_has_asked():
    with StopRequest() as stop:
        assert not stop.requested


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_asks(number):
    with StopRequest() as stop:
        send(number)
        assert stop.requested
    assert stop.requested  # so that one can see afterwards why the loop ended


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_a_later_one_stops_at_once(first, second, monkeypatch):
    before = handlers()
    with pytest.raises(KeyboardInterrupt), StopRequest():
        send(first)
        later = time.monotonic() + 2.0
        monkeypatch.setattr(module.time, "monotonic", lambda: later)
        send(second)
    assert handlers() == before


@pytest.mark.parametrize("second", SIGNALS)
def test_two_at_nearly_the_same_time_are_one_request(second):
    with StopRequest() as stop:
        send(signal.SIGINT)
        send(second)
        assert stop.requested


def test_the_program_can_ask_too():
    with StopRequest() as stop:
        stop.request()
        assert stop.requested
    stop = StopRequest()
    stop.request()
    assert stop.requested


def test_handlers_are_given_back():
    before = handlers()
    with StopRequest():
        assert all(now != then for now, then in zip(handlers(), before, strict=True))
    assert handlers() == before
    with pytest.raises(ValueError, match="in the loop"), StopRequest():
        raise ValueError("in the loop")
    assert handlers() == before


def test_one_within_another():
    with StopRequest() as outer:
        with StopRequest() as inner:
            send(signal.SIGTERM)
        assert inner.requested
        assert not outer.requested
        send(signal.SIGTERM)
        assert outer.requested


def test_another_thread_can_use_it_without_the_signals():
    before = handlers()
    found = []

    def work():
        with StopRequest() as stop:
            found.append(handlers() == before)
            stop.request()
            found.append(stop.requested)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True, True]
    assert handlers() == before
