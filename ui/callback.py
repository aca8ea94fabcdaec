"""What a click sets going is done whole, even where the reader has clicked again meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

from streamlit.runtime.scriptrunner import get_script_run_ctx

P = ParamSpec("P")


def whole(act: Callable[P, None]) -> Callable[P, None]:
    """`act` as a callback that no later click cuts short.

    When the browser asks again, Streamlit stops the script of the click before at its next call, in the middle of a
    callback too: the click is lost, or half done. The later click waits for it here, and is not lost either.
    """

    @wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> None:
        with _undisturbed():
            act(*args, **kwargs)

    return done


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Streamlit looks for what the browser asks only while its runner is marked as executing."""
    context = get_script_run_ctx()
    runner: Any = getattr(context.yield_check, "__self__", None) if context else None
    if not getattr(runner, "_execing", False):
        yield
        return
    runner._execing = False
    try:
        yield
    finally:
        runner._execing = True
