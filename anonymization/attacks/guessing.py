"""The best single guess: where to put a window so that the truth lies in it as often as possible.

A mean or a median is the wrong answer to "within 10 %": it falls between two peaks where the attacker knows that the truth
is at one of them. A forest tells how the truth is spread among the examples that look alike (Meinshausen 2006, "Quantile
regression forests"), and the window goes where the most of it lies. Several such guessers compete on examples that none
has learned from, for each kind of question apart, and the best of them attacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.ensemble import ExtraTreesRegressor

from anonymization.attacks.network import Flags, Floats, Integers

WITHIN = 0.10
"""A guess of an amount is right within this share of the truth."""
WITHIN_DAYS = 3.0
_CELLS_A_WINDOW = 10
_TREES = 40
_ALIKE = 6
_NEVER = 1e300


@dataclass(frozen=True, slots=True)
class Yardstick:
    """When a guess is right, and on which line all right guesses lie in a window of one width.

    `line` takes truths to the line, `back` takes the low end of a window to the guess that its middle stands for.
    """

    width: float
    line: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]
    is_right: Callable[[Floats, Floats], Flags]
    has_zero: bool


AMOUNT = Yardstick(
    width=float(np.log((1 + WITHIN) / (1 - WITHIN))),
    line=lambda truth: np.log(np.maximum(truth, 1.0)),
    back=lambda low: np.exp(low) * (1 + WITHIN),
    is_right=lambda guess, truth: np.abs(guess - truth) <= WITHIN * np.abs(truth),
    has_zero=True,
)
"""Euros, within 10 %. Nothing is a value of its own: who is owed nothing is guessed as nothing."""
DAYS = Yardstick(
    width=2 * WITHIN_DAYS,
    line=lambda truth: truth,
    back=lambda low: low + WITHIN_DAYS,
    is_right=lambda guess, truth: np.abs(guess - truth) <= WITHIN_DAYS,
    has_zero=False,
)
"""Days, within three."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions: what is `known` (n, f), and what a simple attacker would guess, `starts` (n, s), on the line.

    `kind` (n,) numbers the kinds of question, `debtor` (n,) says whom it is about, `truth` (n,) is the right answer.
    """

    known: Floats
    starts: Floats
    kind: Integers
    debtor: Integers
    truth: Floats


Guesser = Callable[[Examples], Floats]
"""Guesses the truth of each example, (n,), without looking at it."""


class _Shifted:
    """A starting point, moved by what served best among the examples of the same kind."""

    def __init__(self, examples: Examples, start: int, yardstick: Yardstick) -> None:
        self._start, self._yardstick = start, yardstick
        offset = yardstick.line(examples.truth) - examples.starts[:, start]
        if yardstick.has_zero:
            offset = offset[examples.truth > 0]
            kind = examples.kind[examples.truth > 0]
        else:
            kind = examples.kind
        self._low = {
            int(each): _fullest(np.sort(offset[kind == each]), yardstick.width) for each in np.unique(kind)
        }

    def __call__(self, examples: Examples) -> Floats:
        low = np.array([self._low.get(int(each), 0.0) for each in examples.kind])
        return self._yardstick.back(low + examples.starts[:, self._start])


def _fullest(values: Floats, width: float) -> float:
    """Return the low end of the window that holds the most of sorted values."""
    if not len(values):
        return 0.0
    held = np.searchsorted(values, values + width, side="right") - np.arange(len(values))
    at = int(held.argmax())
    return float((values[at] + values[at + held[at] - 1] - width) / 2)


class _Forest:
    """The window with the most weight among examples that share leaves, on the line less one starting point."""

    def __init__(self, examples: Examples, start: int, yardstick: Yardstick, seed: int) -> None:
        self._start, self._yardstick = start, yardstick
        offset = yardstick.line(examples.truth) - examples.starts[:, start]
        is_zero = yardstick.has_zero & (examples.truth <= 0)
        spread = np.quantile(offset[~is_zero], [0.005, 0.995]) if (~is_zero).any() else np.zeros(2)
        self._origin = float(spread[0]) - yardstick.width
        self._cell = yardstick.width / _CELLS_A_WINDOW
        cells = int((spread[1] - spread[0]) / self._cell) + 3 * _CELLS_A_WINDOW
        place = np.clip(((offset - self._origin) / self._cell).astype(np.int64), 0, cells - 1)
        place[is_zero] = cells
        learned = np.where(is_zero, self._origin - 2 * yardstick.width, np.clip(offset, *spread))
        self._model = ExtraTreesRegressor(
            _TREES, min_samples_leaf=_ALIKE, max_features=0.5, random_state=seed % 2**31, n_jobs=1
        ).fit(examples.known, learned)
        leaves = self._model.apply(examples.known)
        self._width = np.concatenate([[0], np.cumsum(leaves.max(axis=0) + 1)])
        members = _one_hot(leaves, self._width)
        size = np.maximum(np.asarray(members.sum(axis=0)).ravel(), 1.0)
        there = sparse.csr_matrix(
            (np.ones(len(place)), (np.arange(len(place)), place)), shape=(len(place), cells + 1)
        )
        self._spread = sparse.diags(1.0 / size) @ (members.T @ there)

    def __call__(self, examples: Examples) -> Floats:
        weight = (_one_hot(self._model.apply(examples.known), self._width) @ self._spread).toarray()
        mass = np.cumsum(np.pad(weight[:, :-1], ((0, 0), (1, 0))), axis=1)
        windows = mass[:, _CELLS_A_WINDOW:] - mass[:, :-_CELLS_A_WINDOW]
        best = _middle_of_best(windows)
        guess = self._yardstick.back(self._origin + best * self._cell + examples.starts[:, self._start])
        if self._yardstick.has_zero:
            guess[weight[:, -1] > windows.max(axis=1)] = 0.0
        return guess


def _middle_of_best(windows: Floats) -> Floats:
    """Return the place of the largest value of each row, the middle one where several are as large."""
    ties = windows >= windows.max(axis=1, keepdims=True) - 1e-9
    places = np.arange(windows.shape[1])
    middle: Floats = (ties * places).sum(axis=1) / ties.sum(axis=1)
    first = ties.argmax(axis=1)
    run = np.take_along_axis(ties, np.rint(middle).astype(np.int64)[:, None], axis=1)[:, 0]
    return np.where(run, middle, first)


def _one_hot(leaves: Integers, width: Integers) -> sparse.csr_matrix:
    rows, trees = leaves.shape
    column = (leaves + width[:-1]).ravel()
    row = np.repeat(np.arange(rows), trees)
    return sparse.csr_matrix((np.ones(rows * trees), (row, column)), shape=(rows, int(width[-1])))


def taught(examples: Examples, yardstick: Yardstick, seed: int, forests: Sequence[int] = (0, 1)) -> Guesser:
    """Return the strongest guesser, kind by kind: learned on two thirds of the debtors, chosen by the last third.

    `forests` are the starting points that a forest of their own is grown from.
    """
    is_kept = examples.debtor % 3 == seed % 3
    learning, held = (_part(examples, rows) for rows in (~is_kept, is_kept))
    rivals: list[Guesser] = [
        _Shifted(learning, start, yardstick) for start in range(examples.starts.shape[1])
    ]
    rivals += [_Forest(learning, start, yardstick, seed) for start in forests]
    right = np.array([yardstick.is_right(rival(held), held.truth) for rival in rivals])
    best = {int(kind): int(right[:, held.kind == kind].sum(axis=1).argmax()) for kind in np.unique(held.kind)}

    def guess(questions: Examples) -> Floats:
        answers = np.array([rival(questions) for rival in rivals])
        chosen = np.array([best.get(int(kind), len(rivals) - 1) for kind in questions.kind])
        picked: Floats = np.nan_to_num(answers[chosen, np.arange(len(chosen))], nan=_NEVER)
        return picked

    return guess


def _part(examples: Examples, rows: Flags) -> Examples:
    return Examples(
        examples.known[rows],
        examples.starts[rows],
        examples.kind[rows],
        examples.debtor[rows],
        examples.truth[rows],
    )
