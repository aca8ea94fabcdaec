"""A command whose reader has gone (`… | head -1`) ends quietly, as the shell expects of it."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable

ENDED = 128 + signal.SIGPIPE
"""What the shell gives for a process that SIGPIPE ended. The signal itself would also end one whose server hung up."""


def quietly(main: Callable[[], int]) -> int:
    """Runs a command; where nobody reads its output any more, ends with the status of SIGPIPE and no word."""
    try:
        try:
            return main()
        finally:
            if sys.stdout:  # None where it was closed before the start
                sys.stdout.flush()
    except BrokenPipeError:
        gone = [stream.fileno() for stream in (sys.stdout, sys.stderr) if stream and _is_unread(stream.fileno())]
        if not gone:
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in gone:
            os.dup2(nowhere, stream)  # what is still buffered goes there when Python ends
        return ENDED


def _is_unread(stream: int) -> bool:
    """Whether a stream is a pipe whose other end is closed."""
    watch = select.poll()
    watch.register(stream, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(0))
