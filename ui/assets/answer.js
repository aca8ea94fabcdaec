// An answer: statements with chips; a chip shows its quote on hover and focus, and opens the source on click.

const LATIN = "en";

function chip(source, ui) {
  const cite = button({ class: "chip", text: String(source.number), "aria-label": source.label });
  cite.addEventListener("mouseenter", () => showQuote(cite, source, ui));
  cite.addEventListener("focus", () => cite.matches(":focus-visible") && showQuote(cite, source, ui));
  cite.addEventListener("mouseleave", () => hideQuote(cite, ui));
  cite.addEventListener("blur", () => hideQuote(cite, ui));
  cite.addEventListener("keydown", (event) => event.key === "Escape" && hideQuote(cite, ui));
  cite.addEventListener("click", () => {
    hideQuote(cite, ui);
    ui.root.opener = cite;
    ui.trigger("cite", source.number);
  });
  return cite;
}

function showQuote(cite, source, ui) {
  ui.tip.replaceChildren(
    label("p", { class: "tip-place", lang: source.place_lang }, source.place),
    node("blockquote", { text: source.quote, lang: source.lang }),
    node("p", { class: "tip-details", text: source.details }),
  );
  cite.setAttribute("aria-describedby", "quote");
  ui.tip.showPopover();
  const at = cite.getBoundingClientRect();
  const box = ui.tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - 24), window.innerWidth - box.width - 8);
  const above = at.top - box.height - 8;
  ui.tip.style.left = `${left}px`;
  ui.tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hideQuote(cite, ui) {
  cite.removeAttribute("aria-describedby");
  if (ui.tip.matches(":popover-open")) ui.tip.hidePopover();
}

function statement(words, data, ui) {
  const chips = words.numbers.map((number) => chip(data.sources.find((s) => s.number === number), ui));
  const parts = [words.text, node("span", { class: "chips" }, ...chips)];
  if (!words.unverified) return node("span", { class: "statement" }, ...parts);
  const why = [data.words.unverified, words.problems.join("; ")].filter(Boolean).join(": ");
  const warning = node("span", { class: "warning", lang: data.page_lang, text: why });
  return node("span", { class: "statement unverified" }, warning, ...parts);
}

function paragraph(statements, data, ui) {
  const element = node("p", { class: "paragraph" });
  if (statements[0].lead) element.append(node("span", { class: "lead", text: statements[0].lead }));
  statements.forEach((words, at) => {
    if (at && data.lang === LATIN) element.append(" ");
    element.append(statement(words, data, ui));
  });
  return element;
}

function footnote(line, data, ui) {
  const chips = line.numbers.map((number) => chip(data.sources.find((s) => s.number === number), ui));
  const place = label("span", { lang: line.place_lang }, line.place);
  const details = node("span", { class: "muted", lang: data.page_lang, text: line.details });
  return node("li", {}, node("span", { class: "chips" }, ...chips), node("span", {}, place, " ", details));
}

function nearestSection(link, ui) {
  const open = label("button", { class: "section", type: "button" }, link.label);
  open.addEventListener("click", () => {
    ui.root.opener = open;
    ui.trigger("open", { work: link.work, anchor: link.anchor });
  });
  return node("li", {}, open);
}

function list(kind, heading, items, data) {
  if (!items.length) return null;
  const title = node("h3", { class: "list-title", lang: data.page_lang, text: heading });
  return node("section", { class: kind }, title, node("ul", {}, ...items));
}

// A new answer is brought above the question box; one that is higher than the window is shown from its start.
function arrive(root, latest) {
  const fresh = latest && !root.drawn;
  root.drawn = true;
  if (!fresh) return;
  const high = root.getBoundingClientRect().height > window.innerHeight * 0.6;
  root.scrollIntoView({ block: high ? "start" : "end" });
}

// The panel says when it is closed, so that the keyboard goes on where it was.
function returnFocus(root) {
  if (root.returnsFocus) return;
  root.returnsFocus = true;
  document.addEventListener("footnote:closed", () => {
    if (root.opener?.isConnected) root.opener.focus();
    root.opener = null;
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  const tip = node("div", { class: "tip", id: "quote", role: "tooltip", popover: "manual" });
  const ui = { root, tip, trigger: setTriggerValue };
  const outcome = data.outcome_label
    ? node("p", { class: `outcome ${data.outcome}`, lang: data.page_lang, text: data.outcome_label })
    : null;
  const notice = data.notice ? node("p", { class: "notice", text: data.notice }) : null;
  const paragraphs = data.paragraphs.map((statements) => paragraph(statements, data, ui));
  const footnotes = data.footnotes.map((line) => footnote(line, data, ui));
  const nearest = data.nearest.map((link) => nearestSection(link, ui));
  const warnings = data.warnings.map((words) => node("p", { class: "lossy", text: words }));
  const article = node(
    "article",
    { lang: data.lang },
    outcome,
    notice,
    ...paragraphs,
    list("nearest", data.words.nearest, nearest, data),
    list("footnotes", data.words["quoted-from"], footnotes, data),
    ...warnings,
  );
  root.replaceChildren(article, tip);
  returnFocus(root);
  arrive(root, data.latest);
}
