"""`bench`: what is measured, and how it is printed."""

import pytest

from agents.benchmarks import Result

RESULTS = [
    Result("env.make", 81234.5, "steps/s", "a no-op environment", 0.654),
    Result("env.vector", 12345678.9, "steps/s"),
]


@pytest.fixture
def measured(monkeypatch):
    """What `measure` is called with; it returns two figures."""
    calls = []

    def measure(groups, rounds):
        calls.append((list(groups), rounds))
        yield from RESULTS

    monkeypatch.setattr("agents.benchmarks.measure", measure)
    return calls


def test_json(run, measured):
    assert run("bench", "env", "--rounds", 2, "--json").json == {
        "results": [
            {
                "name": "env.make",
                "rate": 81234.5,
                "unit": "steps/s",
                "reference": "a no-op environment",
                "ratio": 0.654,
            },
            {
                "name": "env.vector",
                "rate": 12345678.9,
                "unit": "steps/s",
                "reference": None,
                "ratio": None,
            },
        ]
    }
    assert measured == [(["env"], 2)]


def test_what_people_see(run, measured):
    assert run("bench").out == (
        "env.make                81,234 steps/s  0.65 of a no-op environment\n"
        "env.vector          12,345,679 steps/s\n"
    )
    assert measured == [(["env", "agents", "nets"], 7)]


def test_the_environment_is_really_measured(run):
    results = run("bench", "env", "--rounds", 1, "--json").json["results"]
    assert [result["name"] for result in results] == ["env.make", "env.vector", "env.rgb_array"]
    assert all(result["rate"] > 0 for result in results)
    assert 0 < results[0]["ratio"] < 2
