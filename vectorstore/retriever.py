"""The search as a LangChain retriever, for chains and agents of others."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.retrieve import Search


class EditionRetriever(BaseRetriever):
    """Sections by relevance, one document each: the text of the first edition, the parallel ones in the metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: Search
    k: int = 8
    works: tuple[str, ...] = ()

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        documents = []
        for hit in self.search.hits(query, self.works)[: self.k]:
            editions: dict[str, str] = {}
            for place in hit.places:  # a long section is several passages
                before = editions.get(place.edition.id)
                editions[place.edition.id] = f"{before} {place.passage.text}" if before else place.passage.text
            metadata = {"work": hit.work, "anchor": hit.anchor, "score": hit.score, "editions": editions}
            text = next(iter(editions.values()))
            documents.append(Document(text, metadata=metadata, id=f"{hit.work}#{hit.anchor}"))
        return documents
