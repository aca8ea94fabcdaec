"""Private works (A2): what is one person's alone is in nobody else's search, answer, prompt, page or old conversation.

Each person has documents with words that stand nowhere else, and searches with the exact words of the others'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from chat.access import Person
from chat.answer import Answer, Citation, SectionLink, Statement
from chat.assistant import Assistant
from chat.conversation import Feedback
from chat.history import History
from chat.points import Order
from chat.settings import Settings
from ingest.document import Edition, Refusal, Work
from ingest.work_file import read_work
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.descriptions import Description
from vectorstore.librarian import Librarian
from vectorstore.library import Shelf, read_edition
from vectorstore.part import PartOfBuild
from vectorstore.retrieve import Search
from vectorstore.uploads import Upload

OWNERS = ("https://id.example.org|ann", "https://id.example.org|ben", "https://id.example.org|cy")
STRANGER = "https://id.example.org|dee"
CANARIES = {owner: f"quince{'bcd'[n]}ory" for n, owner in enumerate(OWNERS)}


def text(number: int, canary: str) -> str:
    return (
        f"# Orchard {canary} review\n\n2025-09-0{number + 1}\n\n## 1. Harvest of {canary}\n\n"
        f"The {canary} harvest rose by 4{number}.7% in 2025, which growers of {canary} ascribe to rain.\n\n"
        f"## 2. Outlook\n\nPrices of {canary} fruit may fall in 2026, the board of {canary} warns.\n"
    )


COMMON = (
    "# Orchards of the valley\n\n2025-08-01\n\n## 1. Frost\n\nFrost took 12% of the pears in the valley.\n\n"
    "## 2. Water\n\nWells in the valley sank by three metres, so growers water at night.\n"
)


def shelf_of(folder: Path, texts: dict[str, tuple[str, str]]) -> Shelf:
    """Works by their name, each with whose it is and its text."""
    shelf = Shelf({}, {})
    for id_, (owner, written) in texts.items():
        path = folder / f"{id_}.md"
        path.write_text(written, encoding="utf-8")
        title = written.partition("\n")[0].removeprefix("# ")
        edition = read_edition(path, id_, "en", "original")
        shelf = shelf.with_edition(Work(id_, {"en": title}, private_to=owner), edition)
    return shelf


def publish(home: Path, shelf: Shelf, name: str, engine: object) -> None:
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, name, lambda: engine, shelf.works, list(shelf.editions.values()))
    catalogue.close()


TEXTS = {"common": ("", COMMON)} | {f"work-{n}": (owner, text(n, CANARIES[owner])) for n, owner in enumerate(OWNERS)}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return shelf_of(tmp_path_factory.mktemp("texts"), TEXTS)


@pytest.fixture(scope="module")
def assistant(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("private")
    publish(home, shelf, NAME, Bigrams())
    found = Assistant(Settings(home=home, embedding=NAME), Bigrams())
    yield found
    found.close()


def foreign(owner: str) -> list[str]:
    return [canary for other, canary in CANARIES.items() if other != owner]


def questions(canary: str) -> list[str]:
    return [
        canary,
        f"What did the {canary} harvest do?",
        f"How much did the {canary} harvest rise in 2025?",
        f"“Prices of {canary} fruit may fall in 2026”",
    ]


# 0 of N


@pytest.mark.parametrize("owner", [*OWNERS, STRANGER, "local", ""])
def test_a_foreign_canary_finds_nothing_of_its_document(assistant: Assistant, owner: str) -> None:
    for canary in foreign(owner):
        for question in questions(canary):
            answer = assistant.ask(question, user=owner)
            shown = [answer.citations, answer.hits, answer.nearest, answer.statements, answer.warnings, answer.works]
            assert canary not in repr(shown)
            assert {"work-0", "work-1", "work-2"} & set(answer.works) == {
                f"work-{n}" for n, one in enumerate(OWNERS) if one == owner
            }
            assert not [hit for hit in assistant.search(owner).hits(question) if not _seen(hit.work, owner)]


def _seen(work: str, owner: str) -> bool:
    return TEXTS[work][0] in ("", owner)


@pytest.mark.parametrize("owner", OWNERS)
def test_their_own_is_found_by_its_owner(assistant: Assistant, owner: str) -> None:
    answer = assistant.ask(f"How much did the {CANARIES[owner]} harvest rise in 2025?", user=owner)
    assert {citation.work for citation in answer.citations} == {f"work-{OWNERS.index(owner)}"}


@pytest.mark.parametrize("owner", [*OWNERS, STRANGER])
def test_a_model_is_shown_nothing_foreign(assistant: Assistant, owner: str) -> None:
    """A model that repeats all it was shown: what it was shown is what there is to leak."""
    for canary in foreign(owner):
        shown = assistant.prompt("What did the harvest do, and what are prices expected to do?", user=owner)
        assert canary not in repr(shown.messages)
        order = Order("harvest", "client", "en", 3)
        points = assistant.pointing(order, None, owner)
        assert canary not in repr(points.prompt(6000)) + repr(assistant.points(order, owner))
        check = assistant.check("The harvest rose by 41.7% in 2025.", user=owner)
        assert canary not in repr(check)


@pytest.mark.parametrize("owner", [*OWNERS, STRANGER])
def test_a_foreign_work_is_like_one_that_there_is_not(assistant: Assistant, owner: str) -> None:
    def refusal(act: object) -> tuple[str, str]:
        with pytest.raises(Refusal) as found:
            act()  # type: ignore[operator]
        return found.value.key, str(found.value)

    for n, other in enumerate(OWNERS):
        if other == owner:
            continue
        work, none = f"work-{n}", "work-9"
        for act in (
            lambda id_: assistant.ask("Harvest?", works=[id_], user=owner),
            lambda id_: assistant.points(Order("harvest", works=(id_,)), owner),
            lambda id_: assistant.check("The harvest rose.", works=[id_], user=owner),
            lambda id_: assistant.selfcheck(id_, owner),
        ):
            mine, nothing = refusal(partial(act, work)), refusal(partial(act, none))
            assert mine == (nothing[0], nothing[1].replace(none, work))
        assert assistant.editions(work, owner) == []
        assert work not in {one.id for one in assistant.works(owner)}
        edition = next(e for e in assistant.build_for(other).editions.values() if e.work == work)
        build = assistant.build.id
        assert assistant.quoted_edition(build, work, edition.id, owner) is None
        assert assistant.quoted_edition(build, work, edition.id, other) is not None
        assert assistant.picture(edition, 0, 5, owner) is None


@pytest.mark.parametrize("owner", [*OWNERS, STRANGER])
def test_what_is_hidden_is_in_no_order_and_no_score(
    shelf: Shelf, assistant: Assistant, tmp_path: Path, owner: str
) -> None:
    """Whoever may not see a work gets what they would get if it had never been there."""
    mine = {id_: work for id_, work in shelf.works.items() if work.seen_by(owner)}
    alone = Shelf(mine, {key: e for key, e in shelf.editions.items() if key[0] in mine})
    publish(tmp_path, alone, NAME, Bigrams())
    other = Assistant(Settings(home=tmp_path, embedding=NAME), Bigrams())
    for canary in CANARIES.values():
        for question in [*questions(canary), "What did frost take?", "Why do growers water at night?"]:
            here, there = assistant.search(owner).hits(question), other.search(owner).hits(question)
            assert [(hit.work, hit.anchor) for hit in here] == [(hit.work, hit.anchor) for hit in there]
            assert [hit.score for hit in here] == pytest.approx([hit.score for hit in there], abs=1e-3)
            one, two = assistant.ask(question, user=owner), other.ask(question, user=owner)
            same = {"build": "", "ms": {}, "hits": ()}
            assert replace(one, **same) == replace(two, **same)
    other.close()


def test_candidates_are_cut_after_the_hidden_are_out(shelf: Shelf, tmp_path: Path) -> None:
    """However many hidden passages are nearer, the best of the rest come back."""
    publish(tmp_path, shelf, NAME, Bigrams())
    catalogue = Catalogue.at(tmp_path)
    whole = open_build(tmp_path, catalogue)
    part = PartOfBuild(whole, ["common"])
    vector = Bigrams().embed_query(f"The {CANARIES[OWNERS[0]]} harvest rose")
    for count in (1, 2, 5):
        found = part.nearest_passages(vector, count)
        assert len(found) == min(count, len(part.places))
        assert list(found) == list(part.nearest_passages(vector, 1000))[:count]
        assert set(found) <= {place.index for place in part.places}
        assert {place for place, _ in part.nearest_sentences(vector, count)} <= {p.index for p in part.places}
    assert Search(part, Bigrams()).hits("harvest")
    whole.close()
    catalogue.close()


# Access withdrawn


def answered(work: str) -> Answer:
    citation = Citation(1, work, "en-original", "en", "original", "1", "Harvest", "a quoted canary", 0, 15)
    return Answer("Q", "en", "answered", "a quoted canary [1]", (Statement("a quoted canary", (1,)),), (citation,))


@pytest.fixture
def past(shelf: Shelf, tmp_path: Path) -> Iterator[tuple[Path, History, str, str]]:
    """A stranger's conversation of two answers: one quoted `work-0` while it was published, the other what all see."""
    work = replace(shelf.works["work-0"], private_to="")
    open_shelf = Shelf({**shelf.works, "work-0": work}, shelf.editions)
    publish(tmp_path, open_shelf, NAME, Bigrams())
    history = History.at(tmp_path)
    conversation = history.begin(STRANGER, "My harvest").id
    for answer in (answered("work-0"), answered("common")):
        turn = history.ask(STRANGER, conversation, "My question").id
        history.save(STRANGER, turn, "whole", answer)
        history.offer(STRANGER, turn, ["A canary next?"])
        history.give_feedback(STRANGER, turn, Feedback("bad"))
    yield tmp_path, history, conversation, turn
    history.close()


def test_an_answer_is_withheld_once_its_work_is_anothers(shelf: Shelf, past: tuple[Path, History, str, str]) -> None:
    home, history, conversation, _ = past
    before = history.exchanges(STRANGER, conversation)
    assert "canary" in repr(before[0].answer)
    assert len(history.conversations(STRANGER, "canary")) == 1
    publish(home, shelf, NAME, Bigrams())
    first, second = history.exchanges(STRANGER, conversation)
    assert "canary" not in repr(first)
    assert first.answer is not None
    assert "private" in first.answer.text
    assert first.question == "My question"
    assert second.answer == before[1].answer
    assert "canary" not in repr(history.exchange(STRANGER, first.id))
    assert "canary" not in repr(history.as_seen(STRANGER, answered("work-0")))
    assert [row["text"] == first.answer.text for row in history.feedback_rows(STRANGER)] == [True, False]
    catalogue = Catalogue.at(home)
    for other in OWNERS[1], "":
        with pytest.raises(Refusal):
            Librarian(home, catalogue, NAME, Bigrams(), other).remove("work-0")
    Librarian(home, catalogue, NAME, Bigrams(), OWNERS[0]).remove("work-0")
    assert "canary" not in repr(catalogue.works(["work-0"]))
    for other in OWNERS[1], "":
        with pytest.raises(Refusal):
            Librarian(home, catalogue, NAME, Bigrams(), other).remove("work-0")
    catalogue.close()
    assert "canary" not in repr(history.exchange(STRANGER, first.id)), "nor once it is taken out"


def test_a_withheld_answer_is_not_found_by_its_words(shelf: Shelf, past: tuple[Path, History, str, str]) -> None:
    home, history, conversation, _ = past
    for exchange in history.exchanges(STRANGER, conversation)[1:]:
        history.save(STRANGER, exchange.id, "whole", replace(answered("common"), text="plain"))
    history.delete(STRANGER, history.begin(STRANGER, "gone").id)
    other = history.begin(STRANGER, "Another").id
    turn = history.ask(STRANGER, other, "With zebras").id
    history.save(STRANGER, turn, "whole", replace(answered("work-0"), text="quagga"))
    assert len(history.conversations(STRANGER, "quagga")) == 1
    publish(home, shelf, NAME, Bigrams())
    assert history.conversations(STRANGER, "quagga") == []
    assert [one.id for one in history.conversations(STRANGER, "zebras")] == [other], "their own words stay"


@pytest.mark.parametrize(
    "answer",
    [
        replace(answered("common"), nearest=(SectionLink("work-0", "1", "Harvest of canary"),)),
        replace(answered("common"), statements=(Statement("canary", (), "unverified"),), works=("common", "work-0")),
    ],
    ids=["nearest", "unchecked"],
)
def test_an_answer_that_names_a_hidden_work_is_withheld(
    past: tuple[Path, History, str, str], shelf: Shelf, answer: Answer
) -> None:
    home, history, _, turn = past
    history.save(STRANGER, turn, "whole", answer)
    publish(home, shelf, NAME, Bigrams())
    assert "canary" not in repr(history.exchange(STRANGER, turn))


# Editors


@pytest.fixture
def librarians(tmp_path: Path) -> Iterator[list[Librarian]]:
    catalogue = Catalogue.at(tmp_path)
    yield [Librarian(tmp_path, catalogue, NAME, Bigrams(), owner) for owner in OWNERS]
    catalogue.close()


def add(librarian: Librarian, name: str, written: str, *, private: bool) -> tuple[str, str]:
    staged = librarian.stage([Upload(name, written.encode())])[0]
    said = replace(librarian.description(staged), private=private)
    return librarian.publish([(staged, said)])[0]


def test_an_editor_keeps_a_work_private_and_publishes_it(librarians: list[Librarian]) -> None:
    ann, ben, _ = librarians
    work, edition = add(ann, "review.md", text(0, "canary"), private=True)
    assert work.startswith("review-")
    assert len(work) == len("review-") + 32, "a name that nobody guesses"
    assert work in ann.shelf.works
    assert ben.shelf.works == {}
    known: Edition = ann.shelf.editions[work, edition]
    said = Description(work, "Review", "", None, (), "en", "original")
    for act in (
        lambda id_: ben.correct(id_, edition, said),
        lambda id_: ben.remove(id_),
        lambda id_: ben.remove(id_, edition),
    ):
        with pytest.raises(Refusal) as mine:
            act(work)
        with pytest.raises(Refusal) as none:
            act("nosuch")
        assert str(mine.value) == str(none.value).replace("nosuch", work)
    assert ann.shelf.editions[work, edition] == known
    ann.correct(work, edition, said)
    assert work in ben.shelf.works
    ann.correct(work, edition, replace(said, private=True))
    assert work not in ben.shelf.works


def test_the_same_file_of_two_editors_is_two_works(librarians: list[Librarian]) -> None:
    """No recognition, name or refusal tells one of the other's."""
    ann, ben, cy = librarians
    written = text(0, "canary")
    places = [add(one, "review.md", written, private=True) for one in (ann, ben)]
    places.append(add(cy, "review.md", written, private=False))
    assert len({work for work, _ in places}) == 3
    assert places[2][0] == "review"
    assert [sorted(one.shelf.works) for one in (ann, ben)] == [
        sorted([places[0][0], "review"]),
        sorted([places[1][0], "review"]),
    ]
    ben.remove(places[1][0])
    assert ann.shelf.editions[places[0]].document.text == written


def test_a_private_work_needs_an_owner(tmp_path: Path) -> None:
    catalogue = Catalogue.at(tmp_path)
    with pytest.raises(Refusal, match="sign in"):
        add(Librarian(tmp_path, catalogue, NAME, Bigrams()), "review.md", text(0, "canary"), private=True)
    catalogue.close()


def test_a_folder_says_whose_its_work_is_and_by_silence_publishes_nothing(tmp_path: Path) -> None:
    head = 'id = "w"\n[titles]\nen = "W"\n[[editions]]\nlang = "en"\nkind = "original"\nfile = "w.md"\n'
    known = {"w": Work("w", {}, private_to="ann")}
    for line, wanted in (("", "ann"), ('private_to = ""\n', ""), ('private_to = "ben"\n', "ben")):
        (tmp_path / "work.toml").write_text(line + head, encoding="utf-8")
        assert read_work(tmp_path, known)[0].private_to == wanted
        assert read_work(tmp_path)[0].private_to == (wanted if line else "")


def test_an_editor_acts_as_who_they_are(assistant: Assistant) -> None:
    for owner in OWNERS:
        seen = assistant.librarian(Person(owner, "editor")).shelf.works
        assert set(seen) == {id_ for id_, (whose, _) in TEXTS.items() if whose in ("", owner)}
