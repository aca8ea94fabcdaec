"""python -m chat forget OWNER: erases all that is kept of a person; --list says who has anything."""

from __future__ import annotations

import argparse
from contextlib import closing

from chat.commands import Parsers
from chat.history_forget import forget, owners
from chat.settings import read_settings
from ingest.document import Refusal
from vectorstore.build import old_builds
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_database import database_url
from vectorstore.erasing import erase_private
from vectorstore.uploads import drop_uploads


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    command = commands.add_parser(
        "forget", help="erase the conversations, feedback, counts, private works and waiting files of a person"
    )
    command.add_argument("owner", nargs="?", metavar="OWNER", help='as --list has it: issuer|subject, or "local"')
    command.add_argument("--list", action="store_true", help="who has conversations, and how many")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when nothing of the owner is left, also where nothing was. Raises Refusal."""
    settings = read_settings()
    url = database_url(settings.home, settings.database_url)
    if options.list:
        for owner, count in owners(url):
            print(f"{count:6} {owner}")
        return 0
    if not options.owner:
        raise Refusal("forget-whom")
    with closing(Catalogue.at(settings.home, settings.database_url, settings.chroma_url)) as catalogue:
        waiting = drop_uploads(settings.home, options.owner)
        works = erase_private(settings.home, catalogue, options.owner)
        gone = forget(url, options.owner, works)
        print(
            f"{gone.conversations} conversations, {gone.turns} answers, {gone.feedback} remarks, "
            f"{len(works)} private works, {waiting} waiting files erased"
        )
        if old_builds(settings.home, catalogue):
            raise Refusal("forget-busy")
    return 0
