"""Pictures of what agents learn and how they play (matplotlib).

`curves` reads runs and says what is a line of a picture; `learning`, `comparison`, `evaluation` and
`network` draw. matplotlib is imported only when something is drawn.
"""

from agents.plots.drawing import FORMATS, check_format
from agents.plots.evaluation import plot_evaluation
from agents.plots.learning import plot_learning, plot_scores

__all__ = ["FORMATS", "check_format", "plot_evaluation", "plot_learning", "plot_scores"]
