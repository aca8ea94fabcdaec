"""A page without a browser: socket, messages and uploads by Streamlit's own protocol, past what its widgets allow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import httpx
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

SECONDS = 120.0


class PageSocket:
    """One session of a served app."""

    def __init__(self, url: str, page: str = "", query: str = "", cookies: dict[str, str] | None = None) -> None:
        self._url = url
        cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        self._headers = {"Cookie": cookie} if cookie else {}
        token = (cookies or {}).get("_streamlit_xsrf", "").strip('"')
        self._protocols = ["streamlit", token] if token else ["streamlit"]
        self._page = page
        self._query = query
        self._states: dict[str, WidgetState] = {}
        self.drawn: list[Message] = []
        """What the last run drew."""

    def __enter__(self) -> PageSocket:
        address = self._url.replace("http", "ws", 1) + "/_stcore/stream"
        socket = connect(
            address,
            origin=self._url,  # type: ignore[arg-type]
            subprotocols=self._protocols,  # type: ignore[arg-type]
            additional_headers=self._headers,
            proxy=None,
            max_size=None,
        )
        with ExitStack() as opened:
            self._socket = opened.enter_context(socket)
            self._http = opened.enter_context(httpx.Client(base_url=self._url, timeout=SECONDS, trust_env=False))
            self.run()
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def run(self, trigger: WidgetState | None = None) -> None:
        """Runs the page's script with all that was set, once with a trigger, to its end."""
        message = BackMsg()
        message.rerun_script.page_name = self._page
        message.rerun_script.query_string = self._query
        message.rerun_script.context_info.locale = "en-GB"
        message.rerun_script.widget_states.widgets.extend([*self._states.values(), *([trigger] if trigger else [])])
        self.drawn = []
        self._socket.send(message.SerializeToString())
        for heard in self._heard():
            if heard.WhichOneof("type") == "delta":
                self.drawn.append(heard.delta)
            if heard.WhichOneof("type") == "script_finished":
                if heard.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return
                assert heard.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR

    def words(self) -> str:
        """All that the last run drew, as it was sent."""
        return "\n".join(str(message) for message in self.drawn).encode("latin-1", "replace").decode("unicode_escape")

    def widget(self, key: str) -> str:
        """The id of a widget by its key, a number at its end aside."""
        found = [id_ for message in self.drawn for id_ in _ids(message) if re.search(rf"-{key}(-\d+)?\Z", id_)]
        assert found, f"no widget {key}"
        return found[-1]

    def click(self, key: str) -> None:
        self.run(WidgetState(id=self.widget(key), trigger_value=True))

    def ask(self, key: str, text: str) -> None:
        """Sends a line from a chat box."""
        state = WidgetState(id=self.widget(key))
        state.chat_input_value.data = text
        self.run(state)

    def addresses(self, names: list[str]) -> list[Any]:
        """Where files may be put."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.extend(names)
        self._socket.send(message.SerializeToString())
        for heard in self._heard():
            if heard.WhichOneof("type") == "file_urls_response":
                return list(heard.file_urls_response.file_urls)
        raise AssertionError("unreachable")

    def put(self, address: Any, name: str, data: bytes, *, chunked: bool = False) -> int:
        """Puts a file there, past the widget; gives the status."""
        self._http.get("/_stcore/health")
        token = self._http.cookies.get("_streamlit_xsrf") or ""
        request = self._http.build_request(
            "PUT", address.upload_url, files={"file": (name, data)}, headers={"X-Xsrftoken": token}
        )
        if chunked:
            body = request.read()
            headers = {k: v for k, v in request.headers.items() if k.lower() not in ("content-length", "host")}
            parts = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
            request = self._http.build_request("PUT", address.upload_url, content=parts, headers=headers)
        return self._http.send(request).status_code

    def choose(self, key: str, files: list[tuple[Any, str, int]]) -> None:
        """Makes files that were put there the choice of an uploader."""
        state = WidgetState(id=self.widget(key))
        for address, name, size in files:
            info = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=size)
            info.file_id = address.file_id
            info.file_urls.CopyFrom(address)
        self._states[state.id] = state
        self.run()

    def _heard(self) -> Iterator[ForwardMsg]:
        while True:
            part = self._socket.recv(timeout=SECONDS)
            message = ForwardMsg()
            message.ParseFromString(part if isinstance(part, bytes) else part.encode())
            yield message


def _ids(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name == "id" and isinstance(value, str):
            yield value
        if field.message_type is not None:
            for each in [value] if isinstance(value, Message) else list(value):
                if isinstance(each, Message):
                    yield from _ids(each)


def staged(words: str) -> dict[str, str]:
    """Of the Library page, how each file ended, by its name."""
    found = {}
    decoder = json.JSONDecoder()
    at = words.find('{"lang"')
    while at >= 0:
        try:
            row, _ = decoder.raw_decode(words, at)
        except ValueError:
            row = {}
        if "state" in row and "file" in row:
            found[row["file"]] = row["state"]
        at = words.find('{"lang"', at + 1)
    return found
