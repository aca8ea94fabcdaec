"""A web page becomes the lines of its article; furniture and hidden words are left out."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from ingest.document import Document, Loss
from ingest.grid import Cell
from ingest.image_files import IllustratedText, Image, decoded
from ingest.marked import one_line, visible
from ingest.ocr import Ocr

_NEVER = (
    "script, style, noscript, template, iframe, svg, canvas, object, embed, button, select, textarea, input, dialog, "
    "nav, aside, menu, form, video, audio, map, [role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "[role=complementary], [role=dialog], [role=menu], [role=alert], body > footer, body > header"
)
_LABELS = re.compile(
    r"(^|[-_\s])(nav|navbar|menu|breadcrumbs?|sidebar|share|sharing|social|related|recommend(ed|ations)?|comments?|footer|"
    r"cookies?|advert(s|isement)?|ads?|promo|subscribe|newsletter|pagination|pager|popup|modal|toolbar|login)($|[-_\s])",
    re.IGNORECASE,
)
"""Names that sites give to what stands around an article."""

_MAX_LABELLED = 0.3
"""Share of a page's words above which an element is the article, whatever it is called."""

_LINKED = 0.9
"""Share of a list's letters that are links from which on it leads elsewhere."""

_MAX_LISTS = 400

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "footer", "header", "hgroup", "hr", "html", "li", "main", "ol", "p", "pre", "section"}
    | {"summary", "table", "tbody", "td", "th", "thead", "tr", "ul", *_HEADINGS}
)
_MAX_DEPTH = 120
"""Elements nested deeper are read as one run of text."""

_ZERO = r"0*\.?0+(px|pt|em|rem|%)?"
_HIDING = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0*\.?0*(?![\d.])|font-size\s*:\s*(0|[01](\.\d+)?(px|pt))(?![\d.])|"
    rf"(left|top|text-indent|margin-left)\s*:\s*-\d{{3,}}(px|em|pt)|clip\s*:\s*rect\(\s*{_ZERO}|clip-path\s*:\s*inset\((100|50)%|"
    rf"transform\s*:\s*scale\(\s*0\s*\)|(^|[;\s])(max-)?(height|width)\s*:\s*{_ZERO}\s*(;|$)",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|[;\s])(background-color|background|color)\s*:\s*([^;!]+)", re.IGNORECASE)
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_PALE = re.compile(
    r"#(f[0-9a-f]){3}\b|#f{3}\b|white|rgba?\(\s*25\d[\s,]+25\d[\s,]+25\d|transparent|rgba\([^)]*,\s*0?\.?0+\s*\)", re.I
)
_MAX_RULES = 400

_DATA_IMAGE = re.compile(r"\s*data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s%]+)$")
_POINTS = 0.75
"""Points of a pixel of a page (CSS)."""


def read_html(text: str, ocr: Ocr | None = None) -> Document:
    """The article of a web page as lines; with an engine, the tables in images that it holds itself (data:) too.

    Empty text where the page has no words.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    hidden = _take_out(_hidden(tree))
    name = tree.css_first("title")
    title = one_line(visible(name.text())[0]) if name else ""
    _take_out(tree.css(_NEVER))
    body = tree.body
    losses = [Loss("hidden-text", "", " ".join(hidden)[:80])] if hidden else []
    if body is None:
        return Document("", "html", losses=tuple(losses), from_web=True)
    _take_out(_labelled(body))
    root = _article(body)
    if root is body:
        _take_out(_lists_of_links(body))
    written = IllustratedText(ocr)
    if title and root.css_first("h1") is None and body.css_first("h1") is None:
        written.line(title, "heading", 1)
    elif root.css_first("h1") is None and (heading := body.css_first("h1")):
        written.line(one_line(visible(heading.text())[0]), "heading", 1)
    writer = _Writer(written)
    writer.walk(root, 0)
    writer.flush()
    losses += written.end()
    if writer.invisible:
        losses.append(Loss("invisible-characters", "", str(writer.invisible)))
    return Document(written.text, "html", marks=tuple(written.marks), losses=tuple(losses), from_web=True)


class _Writer:
    """Walks the elements and writes a line for each block."""

    def __init__(self, written: IllustratedText) -> None:
        self.written = written
        self.invisible = 0
        self._run: list[str] = []
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._lead: str | None = None  # the mark of the list item just opened

    def walk(self, node: Any, depth: int) -> None:
        tag = node.tag
        if tag in _HEADINGS:
            self.flush()
            self.written.line(self._text(node), "heading", _HEADINGS[tag])
        elif tag == "table" and _is_data(node):
            self.flush()
            self._table(node)
        elif tag in ("caption", "figcaption"):
            self.flush()
            self.written.line(self._text(node), "caption")
        elif tag == "img":
            if images := list(_image(node)) if self.written.reads_images else []:
                self.flush()
                self.written.shows(images)
        elif tag == "pre":
            self.flush()
            for line in node.text().split("\n"):
                self.written.line(visible(line)[0].strip())
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists.append(None if tag == "ul" else _start(node))
            self._children(node, depth)
            self.flush()
            self._lists.pop()
        elif tag == "li":
            self.flush()
            self._lead = "bullet" if not self._lists or self._lists[-1] is None else f"{self._lists[-1]}."
            if self._lists and (number := self._lists[-1]) is not None:
                self._lists[-1] = number + 1
            self._children(node, depth)
            self.flush()
            self._lead = None
        elif tag == "br":
            self._run.append("\n")
        elif tag in _BLOCKS:
            self.flush()
            self._children(node, depth)
            self.flush()
        else:
            self._children(node, depth)

    def _children(self, node: Any, depth: int) -> None:
        if depth >= _MAX_DEPTH:
            self._run.append(node.text(separator=" "))
            return
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                self._run.append(re.sub(r"\s+", " ", child.text_content or ""))
            elif child.tag not in ("-comment", "_comment"):
                self.walk(child, depth + 1)

    def flush(self) -> None:
        """Writes the words since the last block, each line break of theirs as a line end."""
        whole, self._run = "".join(self._run), []
        for line in whole.split("\n"):
            text, invisible = visible(line)
            self.invisible += invisible
            text = one_line(text)
            if not text:
                continue
            if self._lead == "bullet":
                self.written.line(text, "bullet", max(0, len(self._lists) - 1))
            else:
                self.written.line(f"{self._lead} {text}" if self._lead else text)
            self._lead = None

    def _text(self, node: Any) -> str:
        text, invisible = visible(node.text(separator=""))
        self.invisible += invisible
        return one_line(text)

    def _table(self, node: Any) -> None:
        if caption := node.css_first("caption"):
            self.written.line(self._text(caption), "caption")
        rows = [[self._cell(cell) for cell in row.css("th, td")] for row in node.css("tr")]
        named = [row.parent.tag == "thead" or row.css_first("td") is None for row in node.css("tr")]
        self.written.table(rows, named.index(False) if named and named[0] and not all(named) else None)

    def _cell(self, node: Any) -> Cell:
        across, down = (node.attributes.get(name) or "1" for name in ("colspan", "rowspan"))
        spans = (int(span) if re.fullmatch(r"[1-9]\d{0,3}", span) else 1 for span in (across, down))
        return Cell(self._text(node), *spans)


def _image(node: Any) -> Iterator[Image]:
    """The image that an element holds itself, if it can be decoded."""
    data = _DATA_IMAGE.match(node.attributes.get("src") or "")
    width = node.attributes.get("width") or ""
    with suppress(binascii.Error):
        file = binascii.a2b_base64(unquote(data[1])) if data else b""
        image = decoded(file, int(width) * _POINTS if re.fullmatch(r"[1-9]\d{0,4}", width) else None)
        if image is not None:
            yield image


def _is_data(table: Any) -> bool:
    """Whether a table holds data: pages also lay out their columns by tables, with paragraphs or tables inside."""
    if table.css_first("table table, h1, h2, h3, ul, p + p") is not None and table.css_first("th") is None:
        return False
    rows = table.css("tr")
    return len(rows) > 1 and sum(len(row.css("th, td")) > 1 for row in rows) >= 2


def _start(node: Any) -> int:
    start = node.attributes.get("start") or "1"
    return int(start) if re.fullmatch(r"\d{1,4}", start) else 1


def _article(body: Any) -> Any:
    """The element with the article: the largest `article` or `main` if it holds half of the words, else all."""
    whole = len(body.text())
    found = [node for node in body.css("article, main, [role=main]") if len(node.text()) >= 0.5 * whole]
    return min(found, key=lambda node: len(node.text())) if found else body


def _labelled(body: Any) -> list[Any]:
    whole = max(1, len(body.text()))
    found = []
    for node in body.css("[class], [id]"):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if _LABELS.search(names) and node.css_first("h1") is None and len(node.text()) < _MAX_LABELLED * whole:
            found.append(node)
    return found


def _lists_of_links(body: Any) -> list[Any]:
    """Lists whose words are all links: where no element is named as the article, they are ways to other pages."""
    found = []
    for node in body.css("ul, ol")[:_MAX_LISTS]:
        linked = sum(len("".join(link.text().split())) for link in node.css("a[href]"))
        if linked and linked >= _LINKED * len("".join(node.text().split())):
            found.append(node)
    return found


# Hidden words


def _hidden(tree: Any) -> list[Any]:
    """Elements that a browser does not show: by attribute, by their own style, by a rule of the style sheet."""
    found = list(tree.css("[hidden], [aria-hidden=true]"))
    found += [node for node in tree.css("[style]") if _hides(node.attributes.get("style") or "")]
    found += tree.css("font[color='#ffffff'], font[color='white']")
    sheets = "\n".join(style.text() for style in tree.css("style"))
    for selectors, declarations in _RULE.findall(re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL))[:_MAX_RULES]:
        if not _hides(declarations):
            continue
        for selector in selectors.split(","):
            if re.fullmatch(r"\s*[\w.#\s>-]+\s*", selector) and selector.strip() not in ("*", "body", "html"):
                found += _selected(tree, selector.strip())
    return [node for node in found if node.tag not in ("body", "html", "script", "style", "svg")]


def _selected(tree: Any, selector: str) -> Sequence[Any]:
    try:
        return list(tree.css(selector))
    except ValueError:  # a selector that the engine does not know
        return []


def _hides(style: str) -> bool:
    if _HIDING.search(style):
        return True
    colours = {name.lower(): value.strip() for name, value in _COLOUR.findall(style)}
    ink, paper = colours.get("color"), colours.get("background-color") or colours.get("background")
    if ink is None:
        return False
    return ink.lower() == paper.lower() if paper else bool(_PALE.match(ink))


def _take_out(nodes: Sequence[Any]) -> list[str]:
    """Removes elements from the page; gives the words that went with them."""
    words = []
    for node in nodes:
        if node.tag in ("body", "html"):
            continue
        words.append(one_line(node.text() or ""))
    for node in nodes:
        if node.tag not in ("body", "html"):
            node.decompose()
    return [text for text in words if len(text) > 1]
