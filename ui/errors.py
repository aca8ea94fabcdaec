"""What the page says when something goes wrong: our own sentence, with an id that stands in the log too."""

from __future__ import annotations

import logging
import secrets

from chat import metrics
from chat.told import OPERATORS, told
from ingest.document import Language, Refusal


def unexpected(error: Exception) -> Refusal:
    """A refusal to show for an error nobody foresaw.

    The log gets where it happened, under the same id, and not the error's message, which may hold what was asked.
    """
    error_id = secrets.token_hex(4)
    metrics.ERRORS.inc()
    wordless = RuntimeError(type(error).__name__)
    logging.getLogger(__name__).exception(
        "error %s",
        error_id,
        exc_info=(RuntimeError, wordless, error.__traceback__),
        extra={"facts": {"error_id": error_id, "kind": type(error).__name__}},
    )
    return Refusal("unexpected", error_id=error_id)


def said(refusal: Refusal, language: Language) -> str:
    """What whoever reads the page is told of a refusal; what is kept from them stands in the log."""
    operates = _operates()
    if refusal.key in OPERATORS and not operates:
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
