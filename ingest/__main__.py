"""python -m ingest: index the bundled works, add documents, list, print and remove editions."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import prompts
from chat.settings import Settings, read_settings
from ingest.document import EDITION_KINDS, LANGUAGES, Edition, Refusal, UnknownDocument
from ingest.outline import outline_sections
from ingest.read import read_document
from ingest.work_file import WORK_FILE, WORK_ID
from vectorstore.build import Progress, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import SAME_MODEL, default_embedding, embedding_model
from vectorstore.library import Shelf, live_shelf, new_work, read_corpus, read_edition, read_folder, recognize


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when done, 2 with one sentence on stderr when refused."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, read_settings())
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.outline:
        return _print_outline(options.outline, options.json)
    catalogue = Catalogue.at(settings.home, settings.database_url)
    if options.list:
        return _print_list(live_shelf(catalogue), options.json)
    if options.text:
        return _print_text(live_shelf(catalogue), options.text)
    with writer_lock(settings.home):
        shelf = live_shelf(catalogue)
        if options.remove:
            work, _, edition = options.remove.partition("/")
            shelf = shelf.without(work, edition or None)
        else:
            if not options.paths or not shelf.editions:
                shelf = read_corpus(settings.corpus, shelf)
            shelf = _with_paths(options, shelf)
        model = settings.embedding or default_embedding()
        if model == SAME_MODEL:
            print(prompts.message("embedding-first-use", "en", name=model), file=sys.stderr)
        editions = list(shelf.editions.values())
        changed = publish_build(
            settings.home,
            catalogue,
            model,
            lambda: embedding_model(model),
            shelf.works,
            editions,
            progress_bar(),
            rebuild=options.rebuild,
        )
    _report(shelf, changed, options.json)
    return 0


def _with_paths(options: argparse.Namespace, shelf: Shelf) -> Shelf:
    paths = [Path(path) for path in options.paths]
    if options.work and not WORK_ID.fullmatch(options.work):
        raise Refusal("work-name-wrong", work=options.work)
    if len(paths) != 1 and (options.lang or options.kind or options.title):
        raise Refusal("one-file-only")
    for path in paths:
        if path.is_dir() and (path / WORK_FILE).exists():
            shelf = read_folder(path, shelf)
        else:
            shelf = _with_file(path, options, shelf)
    return shelf


def _with_file(path: Path, options: argparse.Namespace, shelf: Shelf) -> Shelf:
    """The shelf with a file: as the work and kind that the flags name, else as what it is recognized to be."""
    edition = read_edition(path, options.work or "", options.lang, options.kind or "original")
    known = recognize(edition, shelf)
    if options.work and options.work in shelf.works:
        work = shelf.works[options.work]
    elif known and not options.work:
        work = known.work
        edition = read_edition(path, work.id, options.lang, options.kind or known.kind)
        values = {"file": path.name, "kind": edition.kind, "title": work.title("en")}
        _say("ingest-recognized", **values, agreeing=known.agreeing, anchors=known.anchors)
    else:
        work = new_work(edition, options.work, options.title)
        if work.id in shelf.works and not _is_update(shelf, work.id, path):
            raise Refusal("work-taken", file=path.name, work=work.id)
        edition = read_edition(path, work.id, options.lang, edition.kind)
        _say(
            "ingest-new",
            file=path.name,
            work=work.id,
            sections=len(edition.outline.sections),
            language=edition.lang,
        )
    return shelf.with_edition(work, edition)


def _is_update(shelf: Shelf, work: str, path: Path) -> bool:
    return any(edition.file == path.name for (owner, _), edition in shelf.editions.items() if owner == work)


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


def _report(shelf: Shelf, changed: bool, as_json: bool) -> None:
    from ingest.passages import cut_passages

    editions = list(shelf.editions.values())
    passages = sum(len(cut_passages(edition.document.text, edition.outline)) for edition in editions)
    key = "ingest-done" if changed else "ingest-unchanged"
    _say(key, editions=len(editions), works=len(shelf.works), passages=passages)
    if as_json:
        _print_list(shelf, as_json=True)


def _say(key: str, **values: object) -> None:
    print(prompts.message(key, "en", **values), file=sys.stderr)


def _print_list(shelf: Shelf, as_json: bool) -> int:
    rows = [_row(shelf, edition) for _, edition in sorted(shelf.editions.items())]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    for row in [] if as_json else rows:
        print(f"{row['work']}/{row['edition']}\t{row['sections']} sections\t{row['file']}\t{row['title']}")
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
        "file": edition.file,
        "sections": len(edition.outline.sections),
        "furniture": list(edition.outline.furniture),
        "without_body": [s.anchor for s in edition.outline.sections if s.kind in ("table", "figure")],
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
    outline = outline_sections(read_document(Path(path)))
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
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, or folders with a work.toml; none: corpus/")
    parser.add_argument("--work", metavar="ID", help="the work that the file is an edition of")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the file (default: told from its text)")
    parser.add_argument("--kind", choices=EDITION_KINDS, help="what the file is to the work (default: original)")
    parser.add_argument("--title", help="title of a new work (default: the document's own)")
    parser.add_argument("--rebuild", action="store_true", help="index again even if nothing has changed")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--list", action="store_true", help="list works and editions")
    actions.add_argument("--remove", metavar="WORK[/EDITION]", help="take a work or an edition out")
    actions.add_argument("--text", metavar="WORK/EDITION", help="print the text that offsets count in")
    actions.add_argument("--outline", metavar="PATH", help="print the outline of a file; indexes nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
