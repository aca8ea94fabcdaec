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
    if (ui.root.cited === source.number) document.dispatchEvent(new Event("footnote:again"));
    ui.root.cited = source.number;
    ui.trigger("cite", source.number);
  });
  return cite;
}

function showQuote(cite, source, ui) {
  ui.tip.replaceChildren(
    label("p", { class: "tip-place", lang: source.place_lang }, source.place),
    node("blockquote", { text: source.quote, lang: source.lang }),
    node("p", { class: "tip-details details", text: source.details }),
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
  if (!words.warning) return node("span", { class: "statement" }, ...parts);
  const warning = node("span", { class: "warning", lang: data.page_lang, text: words.warning });
  return node("span", { class: "statement unverified" }, warning, ...parts);
}

function paragraph(statements, data, ui) {
  const element = node("p", { class: "paragraph" });
  if (statements[0].lead) element.append(node("span", { class: "lead", text: statements[0].lead }));
  if (statements[0].section) {
    const { section, section_lang: lang } = statements[0];
    element.append(label("span", { class: "under", lang }, section));
  }
  statements.forEach((words, at) => {
    if (at && data.lang === LATIN) element.append(" ");
    element.append(statement(words, data, ui));
  });
  return element;
}

function footnote(line, data, ui) {
  const chips = line.numbers.map((number) => chip(data.sources.find((s) => s.number === number), ui));
  const place = label("span", { lang: line.place_lang }, line.place);
  const details = node("span", { class: "muted details", lang: data.page_lang, text: line.details });
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

// Below an answer: copy, ask again, and what the reader says of it.
function tools(data, ui) {
  const words = data.more_words;
  if (!words || data.state === "writing") return null;
  const bar = node("div", { class: "tools", lang: data.page_lang });
  if (data.copy) bar.append(button({ class: "tool", text: words.copy, click: (event) => copy(data.copy, event.currentTarget, words) }));
  bar.append(button({ class: "tool", text: words["ask-again"], click: () => ui.trigger("again", true) }));
  if (data.state === "failed") return bar;
  const good = button({ class: "tool", text: words["good-answer"], "aria-pressed": String(data.feedback?.verdict === "good") });
  good.addEventListener("click", () => {
    ui.trigger("feedback", { verdict: "good" });
  });
  const bad = button({ class: "tool", text: words["bad-answer"], "aria-pressed": String(data.feedback?.verdict === "bad"), "aria-expanded": "false" });
  const form = complaint(data, ui, bad);
  bad.addEventListener("click", () => {
    form.hidden = !form.hidden;
    bad.setAttribute("aria-expanded", String(!form.hidden));
    if (form.hidden) return;
    form.querySelector("input").focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  });
  bar.append(good, bad, node("span", { class: "muted said", role: "status", text: data.feedback ? words.thanks : "" }));
  return node("div", {}, bar, form);
}

// What is wrong, in a word and if the reader likes in more; kept open while the page is drawn again.
function complaint(data, ui, opener) {
  const words = data.more_words;
  const given = data.feedback?.verdict === "bad" ? data.feedback : null;
  const choices = data.reasons.map(([reason, text]) => {
    const radio = node("input", { type: "radio", name: "reason", value: reason });
    radio.checked = given?.reason === reason;
    return node("label", { class: "reason" }, radio, node("span", { text }));
  });
  const note = node("textarea", { class: "field", rows: "2", maxlength: "2000", placeholder: words.note, "aria-label": words.note });
  note.value = given?.note ?? "";
  const form = node("div", { class: "complaint", role: "group", "aria-label": words["what-is-wrong"], lang: data.page_lang },
    node("p", { class: "list-title", text: words["what-is-wrong"] }), ...choices, note,
    button({ class: "tool strong", text: words.send, click: () => {
      const reason = form.querySelector("input:checked")?.value ?? "other";
      close();
      ui.trigger("feedback", { verdict: "bad", reason, note: note.value });
    } }),
    button({ class: "tool", text: words.cancel, click: () => close() }));
  const close = () => {
    form.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  };
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.hidden = true;
  return form;
}

async function copy(text, opener, words) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = node("textarea", { "aria-hidden": "true" });
    field.value = text;
    opener.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  opener.textContent = words.copied;
  setTimeout(() => (opener.textContent = words.copy), 2000);
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
    root.opener = root.cited = null;
  });
}

function state(data) {
  const words = data.waiting || data.state_label;
  if (!words) return null;
  return node("p", { class: data.waiting ? "waiting" : "outcome stopped", lang: data.page_lang, role: "status", text: words });
}

function body(data, ui) {
  const outcome = data.outcome_label
    ? node("p", { class: `outcome ${data.outcome}`, lang: data.page_lang, text: data.outcome_label })
    : null;
  const notice = data.notice ? node("p", { class: "notice", text: data.notice }) : null;
  const paragraphs = data.paragraphs.map((statements) => paragraph(statements, data, ui));
  const footnotes = data.footnotes.map((line) => footnote(line, data, ui));
  const nearest = data.nearest.map((link) => nearestSection(link, ui));
  const warnings = data.warnings.map((words) => node("p", { class: "lossy" }, ...signed(words)));
  return [
    outcome,
    notice,
    ...paragraphs,
    state(data),
    list("nearest", data.words.nearest, nearest, data),
    list("footnotes", data.words["quoted-from"], footnotes, data),
    ...warnings,
  ];
}

function written(data) {
  return data.writer ? node("p", { class: "list-title", lang: data.page_lang, text: data.writer }) : null;
}

// Draws a part anew only where its words have changed: drawn again, the same words would lose focus and selection.
function redraw(part, words, children) {
  const now = JSON.stringify(words);
  if (part.drawnFrom === now) return;
  part.drawnFrom = now;
  part.replaceChildren(...children().filter(Boolean));
}

// Made once for each answer, and kept while the page is drawn again.
function frame(root) {
  if (root.article) return root;
  root.tip = node("div", { class: "tip", id: "quote", role: "tooltip", popover: "manual" });
  root.body = node("div", { class: "body" });
  root.below = node("div", { class: "below" });
  root.article = node("article", {}, root.body, root.below);
  root.replaceChildren(root.article, root.tip);
  returnFocus(root);
  return root;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = frame(rootOf(parentElement));
  root.trigger = setTriggerValue;
  const ui = { root, tip: root.tip, trigger: (name, value) => root.trigger(name, value) };
  root.article.lang = data.lang;
  root.article.ariaBusy = String(data.state === "writing");
  const { copy: _copy, reasons: _reasons, feedback, writer, more_words, latest, ...answer } = data;
  redraw(root.body, answer, () => body(data, ui));
  redraw(root.below, [feedback, writer, more_words, data.copy, data.state], () => [written(data), tools(data, ui)]);
  arrive(root, data.latest);
}
