"""A page of hand-made answers: every outcome, an unverified statement, and hostile words in every field.

Run by the tests with `streamlit run`; it needs no index.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

from chat.answer import Answer, Citation, Outcome, SectionLink, Statement
from ingest.document import Document, Edition, Outline, Section, Work
from ui.documents import Documents

HOSTILE = (
    '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script> ![i](https://example.com/i.png) '
    "[l](https://example.com) https://example.com www.example.com $x$ **b** ~~s~~ `c` :smile: :red[r] <b>1</b>"
)


def edition() -> Edition:
    chapter = Section("1", "chapter", None, HOSTILE, 1, 2, 0, len(HOSTILE))
    start = len(HOSTILE) + 1
    paragraph = Section("1.p1", "paragraph", "1", HOSTILE, 2, 2, start, start + len(HOSTILE))
    text = f"{HOSTILE}\n{HOSTILE}\n"
    return Edition("work", "en", "original", HOSTILE, Document(text, "text"), Outline((chapter, paragraph)))


def answer() -> Answer:
    start = len(HOSTILE) + 1
    citation = Citation(
        1, "work", "en-original", "en", "original", "1.p1", HOSTILE, HOSTILE, start, start + len(HOSTILE), HOSTILE
    )
    statement = Statement(HOSTILE, (1,))
    nearest = SectionLink("work", "1", HOSTILE)
    return Answer(HOSTILE, "en", "answered", HOSTILE, (statement,), (citation,), (nearest,), notice=HOSTILE)


def library() -> Documents:
    """One work of one edition."""
    return Documents({"work": Work("work", {"en": HOSTILE}, HOSTILE)}, {"work": [edition()]})


def main() -> None:
    from ui import text
    from ui.chips import show_answer
    from ui.masthead import about
    from ui.panel import show_panel
    from ui.source import Place

    about(library(), "en")
    text.problem(HOSTILE, "en")
    for number, outcome in enumerate(get_args(Outcome)):
        drawn = replace(answer(), outcome=cast(Outcome, outcome))
        if outcome == "partial":
            shaky = Statement("Not so.", (1,), "unverified", ("not-verbatim",))
            drawn = replace(drawn, statements=(*drawn.statements, shaky))
        show_answer(
            drawn,
            library(),
            "en",
            key=f"answer-{number}",
            latest=False,
            on_cite=lambda _number: None,
            on_open=lambda _work, _anchor: None,
        )
    place = Place(0, "work", "en-original", "1", 1)
    show_panel(place, answer(), library(), "en", lambda _anchor: None, lambda: None)


if __name__ == "__main__":
    main()
