"""Fits the weights of retrieval to question sets: a conditional logit over the sections of each question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chat.answer import Turn
from chat.understand import understand
from evals.gold import Question
from vectorstore.retrieve import Search, Weights

FEATURES = tuple(field.name for field in fields(Weights) if field.name != "glossary")
PENALTY = 1.0
"""L2, of weights of features that lie within a few units."""

FOLDS = 8


@dataclass(frozen=True)
class Example:
    """A question: the features of its work's sections (sections, features), and which of them answer it."""

    features: NDArray[np.float64]
    gold: NDArray[np.bool_]


def examples(search: Search, questions: Sequence[Question], work: str) -> list[Example]:
    """The answerable questions whose answer lies in the body of the work."""
    rows = np.flatnonzero(search.sections.of_works([work]))
    anchors = [search.sections.keys[row][1] for row in rows]
    found = []
    for question in questions:
        wanted = {*question.gold_anchors, *question.alt_anchors}
        gold = np.array([anchor in wanted and not anchor.startswith("0.") for anchor in anchors])
        if not question.answerable or not gold.any():
            continue
        query = understand(question.question, [Turn(turn.role, turn.content) for turn in question.history])
        values = search.features(query.text, query.context)
        found.append(Example(np.stack([values[name][rows] for name in FEATURES], axis=1), gold))
    return found


def fit(training: Sequence[Example]) -> NDArray[np.float64]:
    """The weights under which the sections that answer are likeliest, by Newton-like descent from zero."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = PENALTY / 2 * float(weights @ weights), PENALTY * weights
        for example in training:
            scores = example.features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            wanted = example.gold / example.gold.sum()
            total -= float(wanted @ np.log(np.maximum(chances, 1e-300)))
            slope = slope - example.features.T @ (wanted - chances)
        return total, slope

    return np.asarray(minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x)


def held_out(rows: Sequence[Example], seed: int = 0) -> dict[int, float]:
    """Share of questions with an answering section among the first 1, 2, 3, 5, fitted to the other folds."""
    order = np.random.default_rng(seed).permutation(len(rows))
    found = dict.fromkeys((1, 2, 3, 5), 0.0)
    for fold in range(FOLDS):
        tested = set(order[fold::FOLDS].tolist())
        weights = fit([rows[n] for n in range(len(rows)) if n not in tested])
        for number in tested:
            ranked = rows[number].gold[np.argsort(-(rows[number].features @ weights), kind="stable")]
            for depth in found:
                found[depth] += bool(ranked[:depth].any()) / len(rows)
    return found
