"""What a person does to talking points before they leave: edit, move, drop, replace; each edit is checked at once."""

from __future__ import annotations

from dataclasses import replace

from chat.points import TalkingPoints, edited
from vectorstore.build import Build


def with_text(points: TalkingPoints, at: int, text: str, build: Build) -> TalkingPoints:
    """With other words for the point at a place, checked against what it cites. An unknown place changes nothing."""
    if not 0 <= at < len(points.points):
        return points
    mine = list(points.points)
    mine[at] = edited(mine[at], text[:TEXT_LIMIT], build)
    return replace(points, points=tuple(mine))


TEXT_LIMIT = 2_000
"""Characters of an edited point that are kept: checking longer ones takes seconds."""


def moved(points: TalkingPoints, at: int, by: int) -> TalkingPoints:
    """With the point at a place moved up (-1) or down (1), as far as there is room."""
    mine, to = list(points.points), at + by
    if 0 <= at < len(mine) and 0 <= to < len(mine):
        mine[at], mine[to] = mine[to], mine[at]
    return replace(points, points=tuple(mine))


def dropped(points: TalkingPoints, at: int) -> TalkingPoints:
    """Without the point at a place."""
    return replace(points, points=tuple(point for n, point in enumerate(points.points) if n != at))


def replaced(points: TalkingPoints, at: int) -> TalkingPoints:
    """With the next spare point at a place; the one that stood there, as it was found, becomes the last spare."""
    if not points.spare or not 0 <= at < len(points.points):
        return points
    mine = list(points.points)
    old, mine[at] = mine[at], points.spare[0]
    return replace(points, points=tuple(mine), spare=(*points.spare[1:], *([] if old.problems else [old])))
