"""What somebody on a page is told of a refusal: nothing of commands, settings and folders where they run nothing."""

from __future__ import annotations

import prompts
from ingest.document import Language, Refusal

OPERATORS = frozenset(
    {
        *("no-index", "build-damaged", "build-other-model", "library-unwritable", "writer-busy"),
        *("database-url-wrong", "database-unusable", "database-newer", "vectors-unreachable"),
        *("embedding-unknown", "embedding-extra", "embedding-download", "settings-unknown", "settings-wrong"),
        *("model-name", "model-package", "model-no-key"),
    }
)
"""What only whoever runs the service can mend; others hear that it cannot be used just now."""

_ON_PAGES = {"work-unknown": "work-gone", "edition-unknown": "edition-gone"}
"""What is said otherwise where no command is at hand."""


def told(refusal: Refusal, language: Language, *, operates: bool) -> str:
    """The sentence for a page or a file; `operates`: whoever reads it can do something about the service itself."""
    if refusal.key in OPERATORS and not operates:
        return prompts.message("unavailable", language)
    key = _ON_PAGES.get(refusal.key, refusal.key)
    return prompts.message(key, language, **refusal.values)
