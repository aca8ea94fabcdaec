"""What is taken out is erased: its texts, passages, kept files, and the vectors of texts that nothing else has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.document import Edition, Passage, UnknownDocument
from vectorstore.build import publish_build, sweep, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import embedding_model
from vectorstore.embedder import text_digest, word_name
from vectorstore.files import drop_file
from vectorstore.library import Shelf, live_shelf
from vectorstore.places import embedded_sentences, embedded_text, places_of
from vectorstore.words import plain_words


def taken_out(catalogue: Catalogue, shelf: Shelf, work: str, edition: str | None) -> Shelf:
    """A shelf without a work or an edition; as it is where a removal that was cut short has left texts to erase.

    Raises UnknownDocument where there is neither.
    """
    try:
        return shelf.without(work, edition)
    except UnknownDocument:
        if not catalogue.remains(work, edition):
            raise
        return shelf


def erase(home: Path, catalogue: Catalogue, works: Sequence[str], edition: str | None = None) -> None:
    """Erases what the live build does not hold of works, or of their edition of a name. Call under `writer_lock`.

    A vector is kept by a digest, from which whoever guesses a sentence learns that it was there: of all texts that stay
    the digests are computed anew (3 s for 20,000 passages), so that vectors of older passages and of publications that
    were cut short go too.
    """
    vectors: set[str] = set()
    for key in catalogue.staying(works, edition):
        kept = catalogue.edition(key)
        vectors.update(_embedded(kept, catalogue.passages(key, kept.document.text)))
    for work in works:
        for source in catalogue.forget(work, edition, vectors):
            drop_file(home, source)


def _embedded(edition: Edition, passages: Sequence[Passage]) -> Iterator[str]:
    """The digests by which the vectors of an edition are kept."""
    for place in places_of([(edition, passages)]):
        yield text_digest(embedded_text(place))
        yield from map(text_digest, embedded_sentences(place))
        for start, end in place.sentences:
            yield from (text_digest(word_name(word)) for word in plain_words(place.passage.text[start:end]))


def erase_private(home: Path, catalogue: Catalogue, owner: str) -> list[str]:
    """Takes out and erases what is one person's alone: text, passages, kept files. Gives the ids; their rows stay.

    Raises Refusal while another process writes.
    """
    with writer_lock(home):
        works = catalogue.private_works(owner)
        live = catalogue.live_build()
        whole = live_shelf(catalogue)
        mine = whole.private_to(owner).works
        if live is not None and mine:
            left = Shelf(
                {id_: work for id_, work in whole.works.items() if id_ not in mine},
                {place: edition for place, edition in whole.editions.items() if place[0] not in mine},
            )
            editions = list(left.editions.values())
            publish_build(home, catalogue, live.model, lambda: embedding_model(live.model), left.works, editions)
        erase(home, catalogue, works)
        sweep(home, catalogue)
    return works
