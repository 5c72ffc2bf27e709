import time

from agents.search.deadline import Deadline


def test_the_flag_goes_up_in_time():
    start = time.perf_counter()
    with Deadline(0.02) as flag:
        assert not flag[0]
        while not flag[0]:
            assert time.perf_counter() - start < 10
            time.sleep(0.001)
        assert time.perf_counter() - start >= 0.02


def test_the_flag_is_up_when_all_is_over():
    for seconds in (60, None):
        with Deadline(seconds) as flag:
            assert not flag[0]
        assert flag[0]
