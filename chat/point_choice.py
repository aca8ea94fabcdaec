"""Which sentences make points: relevant to the topic, central, diverse; and which speak against them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

import prompts
from chat.candidates import Candidate
from chat.modality import on_terms, sounds_hedged
from chat.numbers import figures
from chat.understand import asks
from ingest.passages import width
from vectorstore.words import fold

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taste:
    """What an audience wants of a point, per trait of the sentence, in standard deviations of relevance."""

    figures: float
    terms: float
    """Hedges, attributions and conditions."""

    width: float
    """For each 100 Chinese characters."""


TASTES: Mapping[str, Taste] = {
    "client": Taste(figures=-0.2, terms=0.2, width=-1.0),
    "sales": Taste(figures=0.6, terms=0.1, width=-1.8),
    "research": Taste(figures=0.7, terms=0.5, width=0.2),
}
"""Other audiences, described in words, are served as clients are. What is said aloud is short: at -1.8 points for sales
are 65 wide in the mean, at -0.6 74, as many of them on the topic (the report, 20 topics of evals/topics.jsonl)."""

CENTRAL = 0.6
"""What a standard deviation of centrality counts beside one of relevance."""

ADVERSE = 0.2
"""What each sign of risk takes from a point: the risks have a part of their own."""

ALIKE = 2.5
"""What likeness to a point already chosen takes, for a cosine of 1 …"""

SAME_ITEM, SAME_CHAPTER = 0.6, 0.25
"""… and each point already chosen from the same item or chapter."""

AGAINST = 1.5
"""How adverse a sentence must be to stand among the risks: more than one sign (`adversity`)."""

RELATED, SAME_PLACE, NEAR = 4.0, 0.5, 0.5
"""What likeness to a point counts beside a sign of risk, for a cosine of 1; standing in the same item as one; a
standard deviation of nearness to the topic …"""

TO_THE_POINT, LOOSELY = 0.9, 0.4
"""… and how much of the three a sentence must have to speak against these points rather than of something else: less
where nothing has as much."""


def choose_points(found: Sequence[Candidate], relevance: Scores, audience: str, count: int) -> list[int]:
    """The best candidates by their places in the list, the best first; greedy, by maximal marginal relevance.

    Source: Carbonell and Goldstein, The use of MMR (SIGIR 1998); centrality as in LexRank (Erkan and Radev 2004).
    """
    likeness = likenesses(found)
    scores = standard(relevance) + CENTRAL * standard(likeness.mean(axis=1)) if len(found) else relevance
    scores = scores + np.array([_liked(one, TASTES.get(audience, TASTES["client"])) for one in found])
    scores = scores - ADVERSE * np.array([adversity(one) for one in found])

    def against(n: int, chosen: Sequence[int]) -> float:
        return ALIKE * float(likeness[n, chosen].max()) + sum(_near(found[n], found[other]) for other in chosen)

    def may(n: int, chosen: Sequence[int]) -> bool:
        return not found[n].skips and not any(_overlap(found[n], found[c]) for c in chosen)

    return _greedy(scores, count, against, may)


def choose_risks(
    found: Sequence[Candidate], nearness: Scores, points: Sequence[Candidate], count: int, least: float
) -> list[Candidate]:
    """What speaks most against the points, each risk against another of them as far as there are enough.

    `least`: the closeness to topic and points that a risk must have.
    """
    adverse = [adversity(one) for one in found]
    free = [n for n, one in enumerate(found) if adverse[n] >= AGAINST and not any(_repeats(one, p) for p in points)]
    both = [*(found[n] for n in free), *points]
    likeness = likenesses(both)
    to_points = likeness[: len(free), len(free) :]
    places = {(point.place.work, point.place.coarse) for point in points}
    beside = np.array([(found[n].place.work, found[n].place.coarse) in places for n in free], dtype=np.float64)
    closeness = NEAR * nearness[free] + SAME_PLACE * beside + RELATED * to_points.max(axis=1, initial=0.0)
    scores = np.array([adverse[n] for n in free]) + closeness

    def cost(n: int, met: Sequence[int]) -> float:
        """Likeness to the risks already chosen, and to the points that these meet."""
        same_point = int(to_points[n].argmax()) in {int(to_points[m].argmax()) for m in met}
        return ALIKE * float(likeness[n, met].max()) + SAME_PLACE * same_point

    def may(n: int, met: Sequence[int]) -> bool:
        return bool(closeness[n] >= least) and not any(_overlap(both[n], both[m]) for m in met)

    return [both[n] for n in _greedy(scores, count, cost, may)]


def turned_risk(points: Sequence[Candidate]) -> int | None:
    """Which of three or more points speaks so much against the others that it is a risk itself; None if none does."""
    adverse = [adversity(point) for point in points]
    worst = int(np.argmax(adverse)) if len(points) > 2 else 0
    return worst if len(points) > 2 and adverse[worst] >= AGAINST else None


def _greedy(
    scores: Scores,
    count: int,
    cost: Callable[[int, Sequence[int]], float],
    may: Callable[[int, Sequence[int]], bool],
) -> list[int]:
    chosen: list[int] = []
    while len(chosen) < count:
        left = [n for n in range(len(scores)) if n not in chosen and may(n, chosen)]
        if not left:
            break
        chosen.append(max(left, key=lambda n: (scores[n] - (cost(n, chosen) if chosen else 0.0), -n)))
    return chosen


def adversity(one: Candidate) -> float:
    """Signs that a text speaks of what can go wrong: turns, words of risk, terms; less those of what can go well."""
    words = fold(one.text)
    signs = 0.8 * asks("contrast", words) + 0.8 * min(2, _risks(words)) + 0.5 * on_terms(words)
    signs += 0.4 * any(asks("risk", title) for title in one.place.titles[-1:])
    return signs - 0.8 * min(2, len(set(_cues("upside").findall(words))))


def _risks(folded: str) -> int:
    return len(set(_cues("risk").findall(folded)))


@cache
def _cues(key: str) -> re.Pattern[str]:
    cues = sorted(map(fold, prompts.cues(key)), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(cue)}\b" if cue[0].isascii() else re.escape(cue) for cue in cues))


def likenesses(found: Sequence[Candidate]) -> Scores:
    """Cosines of each two, over words weighted by their rarity among the candidates."""
    words = sorted(set().union(*(one.words for one in found)) if found else set())
    columns = {word: n for n, word in enumerate(words)}
    matrix = np.zeros((len(found), len(words)))
    for n, one in enumerate(found):
        matrix[n, [columns[word] for word in one.words]] = 1.0
    rarity = np.log((1 + len(found)) / (1 + matrix.sum(axis=0))) + 1.0
    matrix *= rarity
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    cosines: Scores = matrix @ matrix.T
    np.fill_diagonal(cosines, 0.0)
    return cosines


def standard(values: Scores) -> Scores:
    """Values in standard deviations from their mean."""
    spread = float(values.std()) if values.size else 0.0
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _liked(one: Candidate, taste: Taste) -> float:
    text = one.text
    liked = taste.figures * any(figure.kind != "date" for figure in figures(text))
    return liked + taste.terms * sounds_hedged(fold(text)) + taste.width * width(text) / 100


def _near(one: Candidate, other: Candidate) -> float:
    if one.place.work != other.place.work:
        return 0.0
    if one.place.coarse == other.place.coarse:
        return SAME_ITEM
    return SAME_CHAPTER if one.place.coarse.split(".")[0] == other.place.coarse.split(".")[0] else 0.0


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.place.index == other.place.index
    return one.pieces == other.pieces or (same and not set(one.sentences).isdisjoint(other.sentences))


def _repeats(risk: Candidate, point: Candidate) -> bool:
    """Whether a risk says a point again; one that turns away from it must."""
    if risk.turns and risk.place.index == point.place.index:
        return risk.sentences[-1] in point.sentences
    return _overlap(risk, point)
