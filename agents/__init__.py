"""Agents that play 2048, and how they learn.

    import agents

    agent = agents.load("ntuple")
    result = agents.evaluate(agent, games=1000, seed=0)

Everything public is found here and imported when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.base import Agent, Games
    from agents.evaluation import Evaluation, evaluate
    from agents.registry import load
    from agents.search.agent import SearchAgent

_HOME = {
    "Agent": "agents.base",
    "Games": "agents.base",
    "Evaluation": "agents.evaluation",
    "evaluate": "agents.evaluation",
    "SearchAgent": "agents.search.agent",
    "load": "agents.registry",
}

__all__ = ["Agent", "Evaluation", "Games", "SearchAgent", "evaluate", "load"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
