"""Find a model that reads handwritten digits: a grid of models trained in parallel, the best of them evaluated.

tiphys run examples/digits.py main --depth 3
tiphys compile examples/digits.py main --submit --watch -- --depth 3

The arrays and the fitted models are too big to travel inside a workflow object: they go through the artifact store,
and the program does not notice. In a cluster, give the environments an image that has scikit-learn.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

import tiphys

data = tiphys.TaskEnvironment(name="data", resources=tiphys.Resources(cpu=1, memory="512Mi"))
training = tiphys.TaskEnvironment(
    name="training",
    depends_on=[data],
    resources=tiphys.Resources(cpu=(1, 2), memory=("1Gi", "2Gi")),
    env_vars={"OMP_NUM_THREADS": "1"},
)

# One pod per line. How many tasks there are is known when the program is compiled; how deep their trees grow is not.
GRID = (
    ("tree", 1),
    ("forest", 10),
    ("forest", 40),
    ("extra trees", 10),
    ("extra trees", 40),
)


@dataclass
class Digits:
    """Pictures of 8 x 8 pixels and the digits they show, for training, for choosing and for the final test."""

    train: tuple[np.ndarray, np.ndarray]
    choose: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]


@dataclass
class Trained:
    """A fitted model and the share of digits it got right while choosing."""

    name: str
    model: ClassifierMixin
    score: float


@data.task
async def split() -> Digits:
    """Load the digits that come with scikit-learn: half for training, a quarter each for choosing and testing."""
    pictures, digits = load_digits(return_X_y=True)
    pictures, rest, digits, rest_digits = train_test_split(
        pictures, digits, test_size=0.5, random_state=0, stratify=digits
    )
    choose, test, choose_digits, test_digits = train_test_split(
        rest, rest_digits, test_size=0.5, random_state=0, stratify=rest_digits
    )
    return Digits((pictures, digits), (choose, choose_digits), (test, test_digits))


@training.task(retries=tiphys.RetryStrategy(count=2), timeout=timedelta(minutes=10))
async def train(kind: str, trees: int, depth: int, digits: Digits) -> Trained:
    """Fit one model of the grid."""
    settings: dict[str, Any] = {"max_depth": depth, "random_state": 0}
    if kind == "forest":
        model = RandomForestClassifier(n_estimators=trees, **settings)
    elif kind == "extra trees":
        model = ExtraTreesClassifier(n_estimators=trees, **settings)
    else:
        model = DecisionTreeClassifier(**settings)
    model.fit(*digits.train)
    return Trained(f"{kind} x {trees}", model, float(model.score(*digits.choose)))


@data.task
async def evaluate(best: Trained, digits: Digits) -> tuple[float, tuple[int, int]]:
    """Test the best model on digits it has never seen; tell also which two digits it mixes up most."""
    pictures, truth = digits.test
    guesses = best.model.predict(pictures)
    mixed = confusion_matrix(truth, guesses)
    np.fill_diagonal(mixed, 0)
    shown, taken = np.unravel_index(mixed.argmax(), mixed.shape)
    return float((guesses == truth).mean()), (int(shown), int(taken))


@data.task
async def main(depth: int = 3) -> str:
    """Train the grid with trees up to `depth` levels deep, and report on the best model.

    depth: how deep a tree may grow.
    """
    digits = await split()
    models = await asyncio.gather(*(train(kind, trees, depth, digits) for kind, trees in GRID))
    best = max(models, key=lambda trained: trained.score)
    accuracy, (shown, taken) = await evaluate(best, digits)
    return (
        f"{best.name} of depth {depth} is the best of {len(models)} models ({best.score:.1%} while choosing): "
        f"{accuracy:.1%} of the test digits are right, and a {shown} is taken for a {taken} most often"
    )


if __name__ == "__main__":
    print(asyncio.run(main()))
