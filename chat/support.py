"""Whether a statement is supported by the passages that it cites: a list of problems, empty where it is. Pure.

Nothing here asks a model: figures and names are compared as values, the rest with the clause of the passage that a
clause restates (DESIGN §4). The checks are the same for every writer, in either language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat.contrasts import contrast_problems
from chat.diff import change_problems
from chat.evidence import Evidence
from chat.figure_check import figure_problems
from chat.labels import label_problems
from chat.names import Names
from chat.problem import Problem
from chat.reading import read
from chat.subjects import name_problems, rank_problems, subject_problems
from chat.wording import counterparts, sources_of, wording_problem
from vectorstore.words import fold

__all__ = ["Problem", "support"]

_QUOTED = re.compile(r"[「『“\"]([^「」『』“”\"]{2,200})[」』”\"]")


def support(statement: str, evidence: Sequence[Evidence], names: Names) -> list[Problem]:
    """What of a statement the cited passages do not say; an empty list where they say all of it.

    `evidence` is what it cites (`evidence_of`), `names` knows the spellings (`names_of(build)`). Citation marks must
    have been taken out of the statement.
    """
    reading = read(statement, names)
    if not evidence:
        return [Problem("wording", statement)]
    sources = sources_of(reading, evidence, names)
    named = name_problems(reading, evidence, names)
    numbered = label_problems(reading, evidence, names)
    problems = [
        *_quote_problems(statement, evidence),
        *figure_problems(reading, evidence),
        *(number for number in numbered if not any(number.says in name.says for name in named)),
        *named,
        *subject_problems(reading, evidence, names),
        *rank_problems(reading, evidence, names),
        *contrast_problems(reading, sources, counterparts(reading, sources)),
        *change_problems(reading, sources),
    ]
    wording = wording_problem(reading, evidence, names)
    return [*problems, *([wording] if wording else [])]


def _quote_problems(statement: str, evidence: Sequence[Evidence]) -> Iterator[Problem]:
    """Text in quotation marks stands in a source word for word, script and white space aside."""
    texts = [_letters(part) for each in evidence for text in each.texts for part in (text.text, *text.titles)]
    for match in _QUOTED.finditer(statement):
        if not any(_letters(match[1]) in text for text in texts):
            yield Problem("quote", match[1])


def _letters(text: str) -> str:
    return re.sub(r"[\s.,;:!?]+\Z|\s+", "", fold(text))
