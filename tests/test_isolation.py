"""Who reaches what (A1): every public function of the service layer, by every kind of person, with every kind of id.

The cells are made from the functions themselves: one without a rule here fails. And nothing that all readers of a
process share holds anything of one of them (A3).
"""

from __future__ import annotations

import ast
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat.access import ACCESS_FILE, LOCAL, Access, Claims, Person
from chat.answer import Answer
from chat.assistant import Assistant
from chat.conversation import Feedback
from chat.desk import Desk
from chat.ended import EndedSignIns
from chat.events import AnswerStream, Event, Finished, Understood
from chat.history import History
from chat.settings import Settings
from ingest.document import Refusal
from tests.conftest import ROOT
from vectorstore.librarian import Librarian

CANARY = "quinces-at-dawn"
NOW = 1_800_000_000.0


def claims(sub: str) -> Claims:
    return {"is_logged_in": True, "iss": "https://id.example.org", "sub": sub, "iat": NOW, "nonce": sub}


PEOPLE: Mapping[str, Claims] = {
    "owner": claims("ann"),
    "other": claims("ben"),
    "anonymous": {},
    "signed-out": claims("cy"),
    "blocked": claims("dan"),
    "expired": {**claims("ann"), "iat": NOW - 13 * 3600},
}
MALFORMED = ["", "'; DROP TABLE turn; --", "../../etc/passwd", "%", "*", "x" * 10_000, "\0", "𐍈\n"]


@dataclass
class World:
    """Ann has a conversation with a turn, and a turn being written; Ben has one of his own."""

    access: Access
    history: History
    desk: Desk
    ids: dict[str, dict[str, str]]
    go_on: threading.Event


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"
    (tmp_path / ACCESS_FILE).write_text('blocked = ["sub=dan"]', encoding="utf-8")
    access = Access(tmp_path / ACCESS_FILE, EndedSignIns(url), 12, now=lambda: NOW)
    access.end(PEOPLE["signed-out"])
    history = History(url)
    go_on = threading.Event()
    desk = Desk(history, lambda _error: Refusal("unexpected", error_id="x"), patience=1e9)
    ids: dict[str, dict[str, str]] = {"conversation": {}, "turn": {}}
    for name in ("owner", "other"):
        owner = access.admit(PEOPLE[name]).owner
        ids["conversation"][name] = history.begin(owner, CANARY).id
        turn = ids["turn"][name] = history.ask(owner, ids["conversation"][name], CANARY).id
        if name == "owner":
            desk.begin(owner, turn, lambda: AnswerStream(_slowly(go_on), CANARY, "en"))
            while desk.answer(owner, turn) is None:
                pass
    yield World(access, history, desk, ids, go_on)
    go_on.set()
    desk.close()
    history.close()
    access.close()


def _slowly(go_on: threading.Event) -> Iterator[Event]:  # type: ignore[misc]
    yield Understood(CANARY, "en")
    go_on.wait(60)
    yield Finished(Answer(CANARY, "en", "answered", CANARY))


ANSWER = Answer(CANARY, "en", "answered", CANARY)
Call = Callable[[Any, str, str], object]

OF_ONE_ID: dict[tuple[type, str], tuple[str, Call]] = {
    (History, "conversation"): ("conversation", lambda h, o, i: h.conversation(o, i)),
    (History, "exchanges"): ("conversation", lambda h, o, i: h.exchanges(o, i)),
    (History, "rename"): ("conversation", lambda h, o, i: h.rename(o, i, "New")),
    (History, "choose_works"): ("conversation", lambda h, o, i: h.choose_works(o, i, ["w"])),
    (History, "ask"): ("conversation", lambda h, o, i: h.ask(o, i, "Q")),
    (History, "delete"): ("conversation", lambda h, o, i: h.delete(o, i)),
    (History, "exchange"): ("turn", lambda h, o, i: h.exchange(o, i)),
    (History, "save"): ("turn", lambda h, o, i: h.save(o, i, "whole", ANSWER)),
    (History, "offer"): ("turn", lambda h, o, i: h.offer(o, i, ["Next?"])),
    (History, "give_feedback"): ("turn", lambda h, o, i: h.give_feedback(o, i, Feedback("bad", note="n"))),
    (Desk, "writing"): ("turn", lambda d, o, i: d.writing(o, i)),
    (Desk, "answer"): ("turn", lambda d, o, i: d.answer(o, i)),
    (Desk, "unsaved"): ("turn", lambda d, o, i: d.unsaved(o, i)),
    (Desk, "wait"): ("turn", lambda d, o, i: d.wait(o, i, 0)),
    (Desk, "wait_for_follow_ups"): ("turn", lambda d, o, i: d.wait_for_follow_ups(o, i, 0)),
    (Desk, "stop"): ("turn", lambda d, o, i: d.stop(o, i)),
}
"""Functions of one conversation or turn: whose it is, gets it; nobody else can tell it from one that is not there."""

OF_THEIR_OWN: dict[tuple[type, str], Callable[[Any, str], object]] = {
    (History, "conversations"): lambda h, o: h.conversations(o),
    (History, "begin"): lambda h, o: h.begin(o, "Q"),
    (History, "feedback_rows"): lambda h, o: list(h.feedback_rows(o)),
}
"""Functions without an id: a person meets what is theirs alone."""

EDITORS_ONLY = {
    (Librarian, name)
    for name in ("stage", "discard", "description", "publish", "correct", "remove", "index_again", "shelf")
}
"""Reached through Assistant.librarian, which lets editors pass."""

OF_THE_DOCUMENTS = {
    (Assistant, name)
    for name in (
        "search",
        "quoted_edition",
        "picture",
        "build",
        "build_for",
        "hidden_from",
        "works",
        "editions",
        "ask",
        "stream",
        "prompt",
        "complete",
        "points",
        "pointing",
        "check",
        "checking",
        "selfcheck",
    )
}
"""What is published, and what is private to who asks (tests/test_private_works.py); whose budget pays."""

OF_THE_SERVER = {
    (History, "at"),
    (History, "close"),
    (History, "as_seen"),
    (Desk, "close"),
    (Desk, "begin"),
    (Assistant, "librarian"),
    (Assistant, "close"),
}
"""Opening and closing; History.as_seen takes away from an answer (tests/test_private_works.py); Desk.begin writes into
the turn that History.ask gave; Assistant.librarian is tested below."""


@pytest.mark.case("A1")
def test_every_public_function_has_a_rule() -> None:
    found = {
        (kind, name)
        for kind in (History, Desk, Assistant, Librarian)
        for name, member in vars(kind).items()
        if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, property))
    }
    ruled = {*OF_ONE_ID, *OF_THEIR_OWN, *EDITORS_ONLY, *OF_THE_DOCUMENTS, *OF_THE_SERVER}
    assert {f"{kind.__name__}.{name}" for kind, name in found ^ ruled} == set()


@pytest.mark.case("A1")
@pytest.mark.parametrize("name", sorted(name for _, name in OF_THE_DOCUMENTS))
def test_a_function_of_the_documents_is_told_who_asks(name: str) -> None:
    """Whoever forgets to say gets the local user's view, in which nothing of anybody else is."""
    member = inspect.getattr_static(Assistant, name)
    if isinstance(member, property):
        assert name == "build"
    else:
        assert inspect.signature(member).parameters["user"].default in (LOCAL.owner, inspect.Parameter.empty)


def service(world: World, kind: type) -> Any:
    return world.history if kind is History else world.desk


def outcome(world: World, person: str, act: Callable[[str], object]) -> object:
    """What a function gives a person, or the key of the refusal."""
    try:
        return act(world.access.admit(PEOPLE[person]).owner)
    except Refusal as refusal:
        return refusal.key, str(refusal)


TURNED_AWAY = {
    "anonymous": "sign-in-first",
    "signed-out": "sign-in-ended",
    "blocked": "not-admitted",
    "expired": "sign-in-expired",
}


@pytest.mark.case("A1")
@pytest.mark.parametrize("kind", ["others", "random", "malformed", "own"])
@pytest.mark.parametrize("key", OF_ONE_ID, ids=lambda key: f"{key[0].__name__}.{key[1]}")
def test_a_function_of_one_id(world: World, key: tuple[type, str], kind: str) -> None:
    """One cell for each person; the owner comes last, who may delete it."""
    about, call = OF_ONE_ID[key]
    ids, anns = world.ids[about], world.access.admit(PEOPLE["owner"]).owner
    for person in [*TURNED_AWAY, "other", "owner"]:
        mine, theirs = ("other", "owner") if person == "other" else ("owner", "other")
        wanted = {"own": [ids[mine]], "others": [ids[theirs]], "random": ["A" * 22], "malformed": MALFORMED}[kind]
        for id_ in wanted:
            found = outcome(world, person, lambda owner, id_=id_: call(service(world, key[0]), owner, id_))
            nothing = outcome(world, person, lambda owner: call(service(world, key[0]), owner, "B" * 22))
            if person in TURNED_AWAY:
                assert isinstance(found, tuple)
                assert found[0] == TURNED_AWAY[person]
            elif kind != "own":
                assert found == nothing, "another's is like none"
                assert CANARY not in repr(found)
            elif key[0] is History:
                assert not isinstance(found, tuple), "whose it is gets it"
            elif person == "owner" and key[1] not in ("stop", "unsaved"):
                assert found != nothing
        if (person, about) != ("owner", "turn"):
            assert world.desk.writing(anns, world.ids["turn"]["owner"]), "nobody else's doing ends it"


@pytest.mark.case("A1")
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("key", OF_THEIR_OWN, ids=lambda key: f"{key[0].__name__}.{key[1]}")
def test_a_function_without_id(world: World, key: tuple[type, str], person: str) -> None:
    owner = world.access.admit(PEOPLE["owner"]).owner
    world.history.give_feedback(owner, world.ids["turn"]["owner"], Feedback("bad", note=CANARY))
    found = outcome(world, person, lambda who: OF_THEIR_OWN[key](world.history, who))
    if person in TURNED_AWAY:
        assert isinstance(found, tuple)
        assert found[0] == TURNED_AWAY[person]
    else:
        assert world.ids["conversation"]["other" if person == "owner" else "owner"] not in repr(found)
        assert world.ids["turn"]["other" if person == "owner" else "owner"] not in repr(found)


@pytest.mark.case("A1")
@pytest.mark.parametrize("key", [*OF_ONE_ID, *OF_THEIR_OWN], ids=lambda key: f"{key[0].__name__}.{key[1]}")
def test_without_an_owner_there_is_nothing(world: World, key: tuple[type, str]) -> None:
    """Whoever forgets to ask who acts gets nobody's, not everybody's."""
    if key in OF_ONE_ID:
        about, call = OF_ONE_ID[key]
        found = [
            caught(lambda id_=id_: call(service(world, key[0]), "", id_))
            for id_ in (world.ids[about]["owner"], "B" * 22)
        ]
        assert found[0] == found[1]
    else:
        found = [caught(lambda: OF_THEIR_OWN[key](world.history, ""))]
        assert found in ([("sign-in-first",)], [[]])
    assert CANARY not in repr(found)


def caught(act: Callable[[], object]) -> object:
    try:
        return act()
    except Refusal as refusal:
        return (refusal.key,)


@pytest.mark.case("A1")
@pytest.mark.parametrize(
    ("person", "lets"), [(LOCAL, True), (Person("x", "editor"), True), (Person("x", "reader"), False)]
)
def test_only_an_editor_gets_a_librarian(person: Person, lets: bool) -> None:
    assistant = Assistant.__new__(Assistant)
    assistant.__dict__.update(_home=Path(), _catalogue=None, _embedding="", _embeddings=None, settings=Settings())
    if lets:
        assert isinstance(assistant.librarian(person), Librarian)
    else:
        with pytest.raises(Refusal, match="Only editors"):
            assistant.librarian(person)


@pytest.mark.case("A7")
def test_ids_cannot_be_guessed(world: World) -> None:
    """At least 122 bits: 22 characters of 64 kinds, none like another (A7)."""
    owner = world.access.admit(PEOPLE["owner"]).owner
    made = [world.history.begin(owner, "Q").id for _ in range(200)]
    assert all(len(one) == 22 for one in made)
    assert len({one[:8] for one in made}) == len(made)


# The pages ask who acts, each time


OWNED = {name for kind, name in [*OF_ONE_ID, *OF_THEIR_OWN] if kind in (History, Desk)} | {"begin"}
PAGES = sorted((ROOT / "ui").glob("*.py"))


@pytest.mark.case("A1")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_names_the_owner_whenever_it_asks_for_something_of_theirs(path: Path) -> None:
    for call in [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]:
        of = ast.unparse(call.func)
        service, _, name = of.rpartition(".")
        if name in OWNED and service in ("history", "open_history()", "desk", "open_desk()"):
            assert ast.unparse(call.args[0]) in ("owner()", "me"), f"{path.name}:{call.lineno} {of}"


@pytest.mark.case("A1")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_says_who_asks_of_the_documents(path: Path) -> None:
    names = {name for _, name in OF_THE_DOCUMENTS}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "assistant":
            assert node.attr != "build", f"{path.name}:{node.lineno} has no reader"
        if isinstance(node, ast.Call):
            of = node.args[0] if ast.unparse(node.func) == "partial" else node.func
            if isinstance(of, ast.Attribute) and ast.unparse(of.value) == "assistant" and of.attr in names:
                given = [*map(ast.unparse, node.args), *(ast.unparse(keyword.value) for keyword in node.keywords)]
                assert {"me", "owner()"} & set(given), f"{path.name}:{node.lineno} assistant.{of.attr}"


# What all share (A3)


SHARED = {
    "ui/documents.py": {"open_history", "open_desk", "_assistant"},
    "ui/reader.py": {"open_access"},
    "ui/operations.py": {"_readiness"},
    "ui/library.py": {"_findings"},
}
"""What Streamlit keeps for all sessions: services that name an owner in each call, and what was found in a build."""

GLOBALS = {
    "chat/names.py": {"_OF_BUILDS"},
    "ui/documents.py": {"_indexing", "_loading"},
    "ui/downloads.py": {"_said"},
    "vectorstore/librarian.py": {"_reading", "_reading_lock"},
    "vectorstore/catalogue_database.py": {"_UPGRADING"},
    "chat/metrics.py": {"REGISTRY", "ANSWERS", "SECONDS", "TOKENS", "MODEL_FAILURES", "FILES", "ERRORS", "WRITING"},
}
"""Objects of modules that change: names of a build, locks, whose files are read, counters of kinds of things, what is
one request's (a ContextVar)."""

CODE = [
    path
    for folder in ("ingest", "vectorstore", "chat", "ui", "prompts")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def in_tree(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.case("A3")
@pytest.mark.parametrize("path", CODE, ids=in_tree)
def test_what_streamlit_keeps_for_all_is_of_nobody(path: Path) -> None:
    kept = {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("cache_resource" in (text := ast.unparse(one)) or "cache_data" in text for one in node.decorator_list)
    }
    assert kept == SHARED.get(in_tree(path), set())


@pytest.mark.case("A3")
@pytest.mark.parametrize("path", CODE, ids=in_tree)
def test_a_module_keeps_nothing_that_a_person_brought(path: Path) -> None:
    """No empty container, lock or object of a class of ours that grows at the top of a module, and no `global`."""
    tree = ast.parse(path.read_text("utf-8"))
    assert not any(isinstance(node, ast.Global) for node in ast.walk(tree))
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if changes(node.value):
                found.add(ast.unparse(target))
    assert found == GLOBALS.get(in_tree(path), set())


def changes(value: ast.expr) -> bool:
    """Whether a value is made to be filled later."""
    if isinstance(value, ast.Dict | ast.List | ast.Set):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    if not isinstance(value, ast.Call):
        return False
    name = ast.unparse(value.func)
    growing = ("dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter", "Gauge", "Histogram", "Queue")
    return (name in growing and (not value.args or name in ("Counter", "Gauge", "Histogram"))) or name.endswith(
        ("Lock", "Registry", "Event", "local", "ContextVar", "WeakKeyDictionary", "SimpleQueue")
    )


@pytest.mark.case("A3")
@pytest.mark.parametrize("name", ["set_llm_cache", "InMemoryCache", "CacheBackedEmbeddings", "set_debug"])
def test_no_cache_of_langchain_is_used(name: str) -> None:
    assert [in_tree(path) for path in CODE if name in path.read_text("utf-8")] == []


@pytest.mark.case("A3")
@pytest.mark.parametrize("path", CODE, ids=in_tree)
def test_what_a_function_remembers_is_bounded_and_of_nobody(path: Path) -> None:
    """functools caches keep what they were asked, questions among the texts: the same words give anyone what they
    would have got, and are given back to nobody; no such function knows whose they are, and old ones are dropped."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        kept = [ast.unparse(one) for one in getattr(node, "decorator_list", []) if "cache" in ast.unparse(one)]
        if isinstance(node, ast.FunctionDef) and kept and "cached_property" not in kept[0]:
            named = {argument.arg for argument in node.args.args}
            where = f"{in_tree(path)}:{node.lineno} {node.name}"
            assert not named & {"owner", "user", "person", "history"}, where
            assert not named & {"question", "text", "claim", "topic", "query"} or "maxsize" in kept[0], where
