"""What each step of retrieval gives: recall@1000 with the step left out, over the same index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat.answer import Turn
from chat.understand import understand
from evals.gold import Question
from evals.metrics import recall_in_characters
from ingest.document import LANGUAGES
from vectorstore.build import Build
from vectorstore.embed import default_embedding, embedding_model
from vectorstore.retrieve import Search, Weights

FULL = Weights()
STEPS: dict[str, Weights] = {
    "all steps": FULL,
    "without keywords": replace(FULL, keywords=0, parent_keywords=0),
    "without words alike": replace(FULL, words_alike=0, words_alike_in_sentence=0, keywords=2.5),
    "without meaning": replace(FULL, passage=0, passage_in_other_language=0, sentence=0, parent_similarity=0),
    "without sentences": replace(FULL, passage=1.25, sentence=0),
    "without other languages": replace(FULL, passage_in_other_language=0),
    "other languages alike": replace(FULL, passage_in_other_language=0.65),
    "without the section above": replace(FULL, parent_similarity=0, parent_keywords=0),
    "without kinds": replace(FULL, heading=0, caption=0),
    "without named scope": replace(FULL, named_scope=0),
    "without concepts": replace(FULL, concepts=0),
    "without glossary": replace(FULL, glossary=False),
}


def ablation(build: Build, questions: Sequence[Question], work: str) -> str:
    """A Markdown table of recall@1000 (gold quotes in the first 1,000 characters of the original) by step left out.

    The last column is the share of questions that the first section answers.
    """
    embeddings = embedding_model(default_embedding())
    lines = ["| steps | all | " + " | ".join(LANGUAGES) + " | first section |", "|---|---|---|---|---|---|"]
    for name, weights in STEPS.items():
        search = Search(build, embeddings, weights)
        found: dict[str, list[float]] = {}
        for question in questions:
            if not question.answerable or not question.gold_quote:
                continue
            value, first = _recall(search, question, work)
            for group in ("all", question.lang):
                found.setdefault(group, []).append(value)
            found.setdefault("first", []).append(first)
        means = [sum(found[group]) / len(found[group]) for group in ("all", *LANGUAGES, "first")]
        lines.append(f"| {name} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    return "\n".join(lines)


def _recall(search: Search, question: Question, work: str) -> tuple[float, float]:
    """Recall in 1,000 characters, and whether the first section answers."""
    query = understand(question.question, [Turn(turn.role, turn.content) for turn in question.history])
    hits = search.hits(query.text, (work,), query.context)
    texts = [hit.places[0].passage.text for hit in hits]
    alternatives = [hit.places[0].passage.text for hit in hits if hit.anchor in question.alt_anchors]
    first = float(hits[0].anchor in {*question.gold_anchors, *question.alt_anchors})
    if any(recall_in_characters(texts, [text]) for text in alternatives):
        return 1.0, first
    return recall_in_characters(texts, question.gold_quote), first
