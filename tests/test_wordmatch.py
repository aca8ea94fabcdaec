"""Words matched by meaning: what a question shares with each place, by vectors that a test can state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA
from tests.held import Held
from vectorstore import retrieve
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf, read_edition
from vectorstore.retrieve import Search
from vectorstore.wordmatch import THRESHOLD, WordMatch, write_words
from vectorstore.words import plain_words

MEANINGS = {
    **dict.fromkeys(("ship", "vessel", "boat", "船舶", "輪船", "轮船"), 0),
    **dict.fromkeys(("bank", "lender", "银行", "放款"), 1),
    **dict.fromkeys(("solar", "sunlight", "太阳能", "光伏"), 2),
}
"""Words that mean one thing have one vector; any other word has one of its own."""

SIZE = 24


def vectors(words: Sequence[str], kind: type = np.float32) -> list[np.ndarray]:
    found = []
    for word in words:
        vector = np.zeros(SIZE, dtype=np.float64)
        meaning = MEANINGS.get(word)
        vector[3 + sum(map(ord, word)) % (SIZE - 3) if meaning is None else meaning] = 1.0
        found.append(vector.astype(kind))
    return found


PLACES = (
    ("A vessel sank.", "The lender lost money."),
    ("Sunlight is free.",),
    ("輪船沉沒了。", "太陽能便宜。"),
    ("Nothing here.", "Nor there.", "Prices fell."),
)
CHINESE = (False, False, True, False)


def stored(
    folder: Path,
    places: Sequence[Sequence[str]] = PLACES,
    chinese: Sequence[bool] = CHINESE,
    embed: Callable[[list[str]], Sequence[np.ndarray]] = vectors,
) -> WordMatch:
    folder.mkdir(exist_ok=True)
    write_words(folder, places, chinese, embed)
    return WordMatch(folder)


@pytest.fixture
def match(tmp_path: Path) -> WordMatch:
    return stored(tmp_path)


def scored(match: WordMatch, *words: str, places: Sequence[int] | None = None):
    """What words score in the places, none named: in all."""
    asked = np.array(range(match.places) if places is None else places, dtype=np.intp)
    return match.scores(words, vectors(match.unknown(words)), asked)


# Meaning


@pytest.mark.parametrize(
    ("word", "best"),
    [("vessel", 0), ("ship", 0), ("bank", 0), ("solar", 1), ("轮船", 2), ("船舶", 2), ("光伏", 2), ("prices", 3)],
)
def test_the_place_with_a_word_of_the_same_meaning_scores_highest(match: WordMatch, word: str, best: int) -> None:
    assert int(scored(match, word)[0].argmax()) == best


def test_a_synonym_scores_as_the_word_itself_where_both_are_new_or_equally_rare(tmp_path: Path) -> None:
    match = stored(tmp_path, [["a ship here"], ["one bank there"]], [False, False])
    ship, bank = scored(match, "vessel")[0], scored(match, "lender")[0]
    assert ship[0] == pytest.approx(bank[1], abs=0.05)
    assert ship[1] == bank[0] == 0


def test_a_word_of_the_text_scores_one_less_the_threshold(match: WordMatch) -> None:
    assert scored(match, "vessel")[0][0] == pytest.approx(1 - THRESHOLD, abs=1e-5)


def test_a_word_with_another_meaning_scores_nothing(match: WordMatch) -> None:
    by_place, best, found = scored(match, "vessel")
    assert by_place[3] == best[3] == 0
    assert [found[3, number] for number in range(3)] == [0, 0, 0]


def test_the_best_sentence_and_every_sentence_are_told_apart(match: WordMatch) -> None:
    by_place, best, found = scored(match, "ship", "bank")
    assert set(found) == {(place, number) for place in range(4) for number in range(len(PLACES[place]))}
    assert found[0, 0] > 0
    assert found[0, 1] > 0
    assert best[0] == pytest.approx(max(found[0, 0], found[0, 1]))
    assert by_place[0] == pytest.approx(found[0, 0] + found[0, 1])
    for place in range(4):
        assert best[place] == pytest.approx(max(found[place, number] for number in range(len(PLACES[place]))))


def test_a_rare_word_counts_more_than_a_frequent_one(tmp_path: Path) -> None:
    places = [["freight fell"], ["freight rose"], ["freight rose"], ["quokka slept"]]
    match = stored(tmp_path, places, [False] * 4)
    by_place = scored(match, "freight", "quokka")[0]
    assert by_place[3] > 2 * by_place[0] > 0


def test_the_subject_that_one_place_has_outweighs_two_words_that_half_of_them_have(tmp_path: Path) -> None:
    places = [["freight 2031 rose"], ["freight 2031 fell"], ["quokka slept"], ["nothing here"]]
    match = stored(tmp_path, places, [False] * 4)
    assert int(scored(match, "freight", "2031", "quokka")[0].argmax()) == 2


def test_of_a_question_no_place_has_more_than_all(match: WordMatch) -> None:
    by_place = scored(match, "vessel", "sank", "lender", "lost", "money")[0]
    assert by_place[0] == pytest.approx(1 - THRESHOLD, abs=1e-4)
    assert by_place.max() <= 1 - THRESHOLD + 1e-6


def test_scores_are_the_sum_of_what_each_word_brings(match: WordMatch) -> None:
    words = ("ship", "bank", "solar")  # none stands in the texts: they weigh alike, a third each
    assert match.unknown(words) == list(words)
    alone = [scored(match, word)[0] for word in words]
    np.testing.assert_allclose(scored(match, *words)[0], np.sum(alone, axis=0) / 3, atol=1e-6)


# Some of the places


def crowded(words: Sequence[str]) -> list[np.ndarray]:
    """Vectors that crowd around one point, another for every word's first letter."""
    made = []
    for word in words:
        random = np.random.default_rng(sum(map(ord, word)))
        made.append((random.normal(size=SIZE) * 0.3 + ord(word[0]) % 7).astype(np.float16))
    return made


@pytest.mark.parametrize("kept", [(0, 2), (1, 3), (0, 1, 2), (3,), (0, 1, 2, 3)], ids=str)
def test_some_of_the_places_score_as_if_the_others_had_never_been(tmp_path: Path, kept: tuple[int, ...]) -> None:
    places, chinese = [PLACES[place] for place in kept], [CHINESE[place] for place in kept]
    part = stored(tmp_path / "all", embed=crowded).part(np.array(kept, dtype=np.intp), np.array(chinese))
    alone = stored(tmp_path / "alone", places, chinese, crowded)
    for words in (("vessel", "sank", "unheard"), ("太陽能", "便宜"), ("lender", "prices"), ("輪船", "free")):
        assert part.unknown(words) == alone.unknown(words)
        asked = np.arange(len(kept), dtype=np.intp)
        here = part.scores(words, crowded(part.unknown(words)), asked)
        there = alone.scores(words, crowded(alone.unknown(words)), asked)
        for mine, other in zip(here[:2], there[:2], strict=True):
            np.testing.assert_allclose(mine, other, atol=1e-4)
        assert here[2] == pytest.approx(there[2], abs=1e-4)


# Whatever is missing


@pytest.mark.parametrize("words", [(), ("ship",)], ids=["no words", "a word"])
@pytest.mark.parametrize("places", [(), (0, 3)], ids=["no places", "places"])
def test_nothing_asked_or_nothing_to_look_at_scores_nothing(
    match: WordMatch, words: tuple[str, ...], places: tuple[int, ...]
) -> None:
    by_place, best, found = scored(match, *words, places=places)
    assert by_place.shape == best.shape == (len(places),)
    assert bool(found) == bool(words and places)
    assert by_place.sum() > 0 if words and places else by_place.sum() == 0


def test_an_empty_library_has_no_words(tmp_path: Path) -> None:
    asked: list[list[str]] = []
    match = stored(tmp_path, [], [], lambda words: asked.append(words) or [])
    assert (match.places, match.sentences, asked) == (0, 0, [])
    assert match.unknown(["ship"]) == ["ship"]
    assert match.scores(["ship"], vectors(["ship"]), np.zeros(0, np.intp))[2] == {}


def test_places_and_sentences_without_words_score_zero_and_shift_no_other(tmp_path: Path) -> None:
    places = [["。", "the"], [""], ["A vessel.", "…", "A lender."], ["of the"]]
    match = stored(tmp_path, places, [False] * 4)
    assert (match.places, match.sentences) == (4, 7)
    by_place, best, found = scored(match, "ship", "bank")
    assert by_place[[0, 1, 3]].tolist() == best[[0, 1, 3]].tolist() == [0, 0, 0]
    assert {key for key, share in found.items() if share > 0} == {(2, 0), (2, 2)}


def test_a_library_in_one_script_takes_words_of_the_other(tmp_path: Path) -> None:
    match = stored(tmp_path, [["A vessel sank."], ["Prices fell."]], [False, False])
    by_place = scored(match, "船舶")[0]
    assert by_place[0] > by_place[1] == 0


def test_vectors_that_do_not_belong_to_the_words_are_refused(tmp_path: Path) -> None:
    stored(tmp_path)
    np.save(tmp_path / "words.npy", np.zeros((3, SIZE), np.float32))
    with pytest.raises(ValueError, match=r"words\.npy"):
        WordMatch(tmp_path)


# A part of the places


@pytest.mark.parametrize("subset", [[0], [3], [0, 2], [1, 3], [2, 3], [0, 1, 2, 3]], ids=repr)
def test_some_places_score_as_among_all(match: WordMatch, subset: list[int]) -> None:
    words = ("ship", "lender", "solar", "prices")
    by_place, best, found = scored(match, *words)
    some_by_place, some_best, some = scored(match, *words, places=subset)
    np.testing.assert_array_equal(some_by_place, by_place[subset])
    np.testing.assert_array_equal(some_best, best[subset])
    assert some == {key: share for key, share in found.items() if key[0] in subset}


# Storage


def test_each_word_of_the_texts_is_asked_for_once_to_find_the_centre_and_once_to_be_written(tmp_path: Path) -> None:
    asked: list[list[str]] = []
    stored(
        tmp_path,
        [["A vessel.", "A vessel sank."], ["Vessel prices"], ["船舶價格"]],
        [False, False, True],
        lambda words: asked.append(sorted(words)) or vectors(words),
    )
    assert asked == 2 * [sorted({"vessel", "sank", "prices", *plain_words("船舶價格")})]


def test_vectors_of_words_are_not_all_held_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.wordmatch._ROWS", 10)
    drawn = Held(lambda word: vectors([word])[0])
    match = stored(tmp_path, [[" ".join(f"word{n}" for n in range(200))]], [False], drawn)
    assert match.unknown(["word0", "word199"]) == []
    assert 0 < drawn.most <= 20


def test_vectors_kept_in_half_precision_give_the_same_build(tmp_path: Path) -> None:
    def noisy(words: Sequence[str], kind: type) -> list[np.ndarray]:
        seeds = [np.random.default_rng(sum(map(ord, word))) for word in words]
        return [(v + seed.normal(0, 0.2, SIZE)).astype(kind) for v, seed in zip(vectors(words), seeds, strict=True)]

    whole = stored(tmp_path / "whole", embed=lambda words: noisy(words, np.float32))
    half = stored(tmp_path / "half", embed=lambda words: noisy(words, np.float16))
    assert (tmp_path / "whole" / "words.npy").read_bytes() == (tmp_path / "half" / "words.npy").read_bytes()
    np.testing.assert_array_equal(scored(whole, "vessel", "lender")[0], scored(half, "vessel", "lender")[0])
    assert np.linalg.norm(np.load(tmp_path / "half" / "words.npy")[:-1], axis=1) == pytest.approx(1, abs=1e-5)


# In a search


@pytest.fixture
def report(tmp_path: Path):
    """The invented report's two editions in a build of their own, and the model that reads its questions."""
    shelf = Shelf({}, {})
    work = Work("second", {"en": "Second"})
    for file, kind in (("second-report.zh-Hant.txt", "original"), ("second-report.en.md", "translation")):
        shelf = shelf.with_edition(work, read_edition(DATA / file, work.id, None, kind))
    catalogue = Catalogue.at(tmp_path)
    publish_build(tmp_path, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    build = open_build(tmp_path, catalogue)
    yield Search(build, (model := Bigrams())), model
    build.close()
    catalogue.close()


def test_a_question_embeds_its_unknown_words_only_and_each_once(report) -> None:
    search, model = report
    search.hits("Which zorblatt and which quuxbar did freight rates have?")
    assert model.embedded == 2  # the question itself is embedded as a question
    search.hits("Did the quuxbar lift freight rates?")
    assert model.embedded == 3  # lift
    search.hits("freight rates")
    assert model.embedded == 3


def test_among_the_candidates_of_a_large_build_words_match_as_in_a_small_one(
    report, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, _ = report
    question = "How far did Hailan Shipping's net profit fall?"
    whole = search.sentence_words(question)
    near = 30
    monkeypatch.setattr(retrieve, "CANDIDATES", near)
    large = Search(search.build, Bigrams())
    some = large.sentence_words(question)
    assert len({place for place, _ in some}) == near < len(search.build.places)
    assert some == {key: whole[key] for key in some}
    best = max(whole, key=whole.__getitem__)
    assert max(some, key=some.__getitem__) == best


def test_a_question_is_matched_whichever_edition_says_it(report) -> None:
    search, _ = report
    for question in ("海嵐航運淨利", "海岚航运净利", "Hailan Shipping net profit"):
        (place, _) = max(search.sentence_words(question).items(), key=lambda pair: pair[1])[0]
        assert search.build.places[place].passage.anchor == "2.2.b2"


def test_matching_without_words_to_match_keeps_the_weights_out(report) -> None:
    search, _ = report
    silent = Search(search.build, Bigrams(), replace(search.weights, words_alike=0.0, words_alike_in_sentence=0.0))
    found, same = search.hits("。"), silent.hits("。")
    assert [hit.anchor for hit in found] == [hit.anchor for hit in same]


def test_an_added_work_counts_in_how_rare_a_word_is(tmp_path: Path) -> None:
    few = stored(tmp_path / "few", [["quokka"], ["freight"], ["tariff"]], [False] * 3)
    many = stored(tmp_path / "many", [["quokka"], ["freight"], ["tariff quokka"], ["quokka"]], [False] * 4)
    assert scored(many, "quokka", "freight")[0][0] < scored(few, "quokka", "freight")[0][0]


def test_a_document_of_headings_only_is_a_build_with_words(tmp_path: Path) -> None:
    document = Document("# Harbour\n\n## Fees\n", "markdown")
    edition = Edition("note", "en", "original", "note.md", document, outline_sections(document))
    catalogue = Catalogue.at(tmp_path)
    publish_build(tmp_path, catalogue, NAME, Bigrams, {"note": Work("note", {"en": "Note"})}, [edition])
    build = open_build(tmp_path, catalogue)
    assert build.wordmatch.places == len(build.places)
    assert Search(build, Bigrams()).sentence_words("fees")
    build.close()
    catalogue.close()
