"""python -m ingest: index the bundled works, add documents, list, print and remove editions."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import prompts
from chat.settings import Settings, read_settings
from chat.unforeseen import unexpected
from ingest.document import EDITION_KINDS, LANGUAGES, Edition, Refusal, UnknownDocument, without_body
from ingest.losses import loss_sentences
from ingest.pipes import quietly
from ingest.sandbox import parse_file
from vectorstore.backup import move_library, restore_backup, write_backup
from vectorstore.build import publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import SAME_MODEL, default_embedding, embedding_model
from vectorstore.embedder import Progress
from vectorstore.erasing import erase, taken_out
from vectorstore.files import keep_files
from vectorstore.intake import FileState, Intake, Wishes, check_wishes
from vectorstore.library import Shelf, live_shelf, read_corpus


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when done, 2 with one sentence on stderr when refused, 3 for an error that nobody foresaw."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, read_settings())
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except BrokenPipeError:  # nobody reads on
        raise
    except Exception as error:  # noqa: BLE001 - the door: logged, and said with its id
        print(unexpected(error), file=sys.stderr)
        return 3


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.outline:
        return _print_outline(options.outline, options.json)
    if options.restore:
        return _restore(settings, Path(options.restore))
    if options.move:
        return _move(settings)
    catalogue = Catalogue.at(settings.home, settings.database_url, settings.chroma_url)
    if options.backup:
        return _backup(settings, catalogue, Path(options.backup))
    if options.list:
        return _print_list(live_shelf(catalogue), options.json)
    if options.text:
        return _print_text(live_shelf(catalogue), options.text)
    states: list[FileState] = []
    with writer_lock(settings.home):
        shelf = live_shelf(catalogue)
        model = settings.embedding or default_embedding()
        if options.remove:
            work, _, edition = options.remove.partition("/")
            shelf = taken_out(catalogue, shelf, work, edition or None)
        elif options.readers:
            shelf = _with_readers(shelf, options.readers, options.private or "")
        else:
            if not options.paths or not shelf.editions:
                shelf = read_corpus(settings.corpus, shelf)
            shelf, states = _with_paths(options, shelf, model)
        if states and all(state.state == "refused" for state in states):
            return 2
        if model == SAME_MODEL:
            print(prompts.message("embedding-first-use", "en", name=model), file=sys.stderr)
        keep_files(settings.home, [(state.edition, state.path) for state in states if state.edition])
        changed = _publish(settings, catalogue, model, shelf, options.rebuild)
        if options.remove:
            erase(settings.home, catalogue, [work], edition or None)
    _report(shelf, changed, states, options.json)
    return 1 if any(state.state == "refused" for state in states) else 0


def _publish(settings: Settings, catalogue: Catalogue, model: str, shelf: Shelf, rebuild: bool) -> bool:
    editions = list(shelf.editions.values())
    return publish_build(
        settings.home,
        catalogue,
        model,
        lambda: embedding_model(model),
        shelf.works,
        editions,
        progress_bar(),
        rebuild=rebuild,
    )


def _backup(settings: Settings, catalogue: Catalogue, target: Path) -> int:
    write_backup(settings.home, catalogue, target)
    _say("backup-done", file=target.name, size=-(-target.stat().st_size // 1_000_000))
    return 0


def _restore(settings: Settings, source: Path) -> int:
    """A backup becomes the library, and its index is made again: the embeddings are in the database."""
    with writer_lock(settings.home):
        restore_backup(settings.home, source, settings.database_url)
        catalogue = Catalogue.at(settings.home, settings.database_url, settings.chroma_url)
        shelf = live_shelf(catalogue)
        _publish(settings, catalogue, settings.embedding or default_embedding(), shelf, rebuild=True)
    _report(shelf, True, [], as_json=False)
    return 0


def _move(settings: Settings) -> int:
    """The library's database is moved from SQLite to the one that the settings name; nothing is indexed again."""
    with writer_lock(settings.home):
        move_library(settings.home, settings.database_url)
    shelf = live_shelf(Catalogue.at(settings.home, settings.database_url, settings.chroma_url))
    _say("move-done", works=len(shelf.works), editions=len(shelf.editions))
    return 0


def _with_paths(options: argparse.Namespace, shelf: Shelf, model: str) -> tuple[Shelf, list[FileState]]:
    """The shelf with what the paths hold; each file's state is said as soon as it is known."""
    paths = [Path(path) for path in options.paths]
    password = os.environ.get(options.password_env, "") if options.password_env else ""
    wishes = Wishes(options.work or "", options.lang, options.kind, options.title, password or None, options.ocr)
    wishes = replace(wishes, private_to=options.private or "")
    check_wishes(wishes, paths)
    # A file is taken for an edition of works with the same readers only, unless its work is named.
    mine = shelf if options.work else shelf.private_to(wishes.private_to)
    others = Shelf({id_: w for id_, w in shelf.works.items() if id_ not in mine.works}, {})
    intake = Intake(
        mine, lambda texts: embedding_model(model).embed_documents(list(texts)), wishes, _tell, others.works
    )
    states = intake.take(paths)
    return shelf.updated(intake.shelf), states


def _with_readers(shelf: Shelf, work: str, owner: str) -> Shelf:
    """The shelf with a work private to an owner, or everyone's."""
    if work not in shelf.works:
        raise UnknownDocument("work-unknown", work=work)
    return Shelf({**shelf.works, work: replace(shelf.works[work], private_to=owner)}, shelf.editions)


def _tell(state: FileState) -> None:
    if state.reason is not None:
        print(state.reason, file=sys.stderr)
    for key, values in state.notes:
        _say(key, **values)
    if state.edition is not None and state.losses:
        _say(f"ingest-{state.state}", file=state.file, edition=f"{state.edition.work}/{state.edition.id}")
        for sentence in loss_sentences(state.losses, "en"):
            print(f"  {sentence}", file=sys.stderr)


def progress_bar() -> Progress:
    """A bar on stderr, shown only where there is more than one batch to wait for."""
    from tqdm import tqdm

    bar: list[tqdm[None]] = []

    def step(done: int, total: int) -> None:
        if not bar and done == total:
            return
        if not bar:
            bar.append(tqdm(total=total, unit="text", desc="embedding", file=sys.stderr, leave=False))
        bar[0].update(done - bar[0].n)
        if done == total:
            bar[0].close()

    return step


def _report(shelf: Shelf, changed: bool, states: Sequence[FileState], as_json: bool) -> None:
    from ingest.passages import cut_passages

    editions = list(shelf.editions.values())
    passages = sum(len(cut_passages(edition.document.text, edition.outline)) for edition in editions)
    if len(states) > 1:
        counts = Counter(state.state for state in states)
        _say(
            "ingest-counts",
            files=len(states),
            ready=counts["ready"],
            lossy=counts["ready-with-loss"],
            refused=counts["refused"],
        )
    key = "ingest-done" if changed else "ingest-unchanged"
    _say(key, editions=len(editions), works=len(shelf.works), passages=passages)
    if as_json:
        _print_list(shelf, as_json=True, states=states)


def _say(key: str, **values: object) -> None:
    print(prompts.message(key, "en", **values), file=sys.stderr)


def _print_list(shelf: Shelf, as_json: bool, states: Sequence[FileState] = ()) -> int:
    rows = [_row(shelf, edition) for _, edition in sorted(shelf.editions.items())]
    refused = [
        {"file": state.file, "state": "refused", "reason": state.reason.key, "message": str(state.reason)}
        for state in states
        if state.reason is not None
    ]
    if as_json:
        print(json.dumps([*rows, *refused], ensure_ascii=False, indent=1))
    for row in [] if as_json else rows:
        private = f"\tprivate to {row['private_to']}" if row["private_to"] else ""
        print(f"{row['work']}/{row['edition']}\t{row['sections']} sections\t{row['file']}\t{row['title']}{private}")
    return 0


def _row(shelf: Shelf, edition: Edition) -> dict[str, object]:
    work = shelf.works[edition.work]
    return {
        "work": work.id,
        "edition": edition.id,
        "lang": edition.lang,
        "kind": edition.kind,
        "title": work.title(edition.lang),
        "author": work.author,
        "date": work.date.isoformat() if work.date else None,
        "private_to": work.private_to or None,
        "file": edition.file,
        "sections": len(edition.outline.sections),
        "furniture": list(edition.outline.furniture),
        "without_body": without_body(edition.outline.sections),
        "state": "ready-with-loss" if edition.document.losses else "ready",
        "losses": loss_sentences(edition.document.losses, "en"),
    }


def _print_text(shelf: Shelf, name: str) -> int:
    work, _, edition = name.partition("/")
    found = shelf.editions.get((work, edition))
    if found is None:
        raise UnknownDocument("edition-unknown", edition=name)
    sys.stdout.buffer.write(found.document.text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0


def _print_outline(path: str, as_json: bool) -> int:
    outline = parse_file(Path(path)).outline
    if as_json:
        names = ("anchor", "kind", "parent", "title", "first_line", "last_line")
        sections = [{name: getattr(section, name) for name in names} for section in outline.sections]
        print(json.dumps({"sections": sections, "furniture": list(outline.furniture)}, ensure_ascii=False, indent=1))
        return 0
    depth: dict[str | None, int] = {None: -1}
    for section in outline.sections:
        depth[section.anchor] = depth[section.parent] + 1
        print(f"{'  ' * depth[section.anchor]}{section.anchor}  {section.title}")
    print(f"left out: lines {', '.join(map(str, outline.furniture)) or 'none'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="Index documents for Footnote.")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders; one with a work.toml is a work; none: corpus/"
    )
    parser.add_argument("--work", metavar="ID", help="the work that the file is an edition of")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the file (default: told from its text)")
    parser.add_argument("--kind", choices=EDITION_KINDS, help="what the file is to the work (default: original)")
    parser.add_argument("--title", help="title of a new work (default: the document's own)")
    parser.add_argument(
        "--private", metavar="OWNER", help="whose alone it is (default: everyone's); local, or ISSUER|SUBJECT"
    )
    parser.add_argument("--password-env", metavar="NAME", help="the environment variable with the password of the PDFs")
    parser.add_argument("--ocr", action="store_true", help="read scanned pages and images of tables (extra: ocr)")
    parser.add_argument("--rebuild", action="store_true", help="index again even if nothing has changed")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--list", action="store_true", help="list works and editions")
    actions.add_argument("--remove", metavar="WORK[/EDITION]", help="take a work or an edition out")
    actions.add_argument("--readers", metavar="WORK", help="make a work everyone's, or with --private somebody's alone")
    actions.add_argument("--text", metavar="WORK/EDITION", help="print the text that offsets count in")
    actions.add_argument("--backup", metavar="FILE", help="write the whole library into one file, while it is in use")
    actions.add_argument("--restore", metavar="FILE", help="make a backup the library, in an empty FOOTNOTE_HOME")
    actions.add_argument(
        "--move", action="store_true", help="copy the SQLite database of FOOTNOTE_HOME into FOOTNOTE_DATABASE_URL"
    )
    actions.add_argument("--outline", metavar="PATH", help="print the outline of a file; indexes nothing")
    return parser


if __name__ == "__main__":
    sys.exit(quietly(main))
