"""A file that is made when its button is clicked: why there is none is said in the reader's words, with an id."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from chat.unforeseen import unexpected
from ingest.document import Language

_said: ContextVar[list[str]] = ContextVar("said")
"""Why the file that is asked for now is none; the thread that makes it has it from whoever asks."""


def made(make: Callable[[], bytes], language: Language) -> Callable[[], bytes]:
    """What makes a file, for a download button of a page in a language."""

    def file() -> bytes:
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
            _said.get([]).append(unexpected(error).in_language(language))
            raise RuntimeError("no file") from None

    return file


def say_why_there_is_no_file() -> None:
    """Streamlit says beside the button, in English, that there is none, and gives the error no id."""
    as_before = DeferredFileHandler.handle

    async def handle(
        self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        said: list[str] = []
        _said.set(said)
        response = await as_before(self, request, session_id)
        if said:
            response.error_msg = said[0]
        return response

    DeferredFileHandler.handle = handle  # type: ignore[method-assign]
