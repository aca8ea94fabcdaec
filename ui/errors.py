"""What the page says when something goes wrong: our own sentence, with an id that stands in the log too."""

from __future__ import annotations

import logging

from chat.told import OPERATORS, told
from chat.unforeseen import unexpected
from ingest.document import Language, Refusal


def said(refusal: Refusal, language: Language) -> str:
    """What whoever reads the page is told of a refusal; what is kept from them stands in the log."""
    if refusal.key not in OPERATORS:  # who reads it is not asked: that may be what went wrong
        return told(refusal, language, operates=False)
    operates = _operates()
    if not operates:
        facts = {"kind": refusal.key}
        logging.getLogger(__name__).error("refused: %s", refusal.key, extra={"facts": facts})
    return told(refusal, language, operates=operates)


def _operates() -> bool:
    """Whether the reader is the one local user, or an editor."""
    from ui.reader import person
    from ui.sign_in import is_configured

    try:
        return person().edits
    except Refusal:
        return not is_configured()


def show_unexpected(error: Exception) -> bool:
    """Shows an error that left the page's script; true, so that Streamlit shows nothing of it."""
    from ui import text
    from ui.language import chosen_language

    language = chosen_language()
    refusal = error if isinstance(error, Refusal) else unexpected(error)
    text.problem(said(refusal, language), language)
    return True


def keep_messages_out_of_the_log() -> None:
    """Stops Streamlit's own record of an error, which has the error's message; ours, with the id, stands in for it."""
    logger = logging.getLogger("streamlit.error_util")
    logger.addFilter(lambda record: not str(record.msg).startswith("Uncaught app execution"))
