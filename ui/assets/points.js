// Talking points: a card for each, with its words to edit and its quotes beside them. Edits are checked as one types.

const PAUSE = 500; // milliseconds without a keystroke before the words are sent to be checked

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function source(one, data) {
  const original = one.original
    ? [
        node("p", { class: "muted small", lang: data.page_lang, text: data.words.original }),
        node("blockquote", { lang: one.original_lang, text: one.original }),
      ]
    : [];
  return node(
    "li",
    {},
    node("p", { class: "small" }, node("span", { class: "number", text: String(one.number) }), " ",
      label("span", { lang: one.place_lang }, one.place), " ", node("span", { class: "muted details", lang: data.page_lang, text: one.details })),
    node("blockquote", { lang: one.lang, text: one.quote }),
    ...original,
  );
}

function quotes(card, data) {
  return node("ul", { class: "quotes" }, ...card.sources.map((one) => source(one, data)));
}

function tool(name, data, act, disabled) {
  return button({ class: "tool", text: data.words[name], click: act, disabled: disabled ? "disabled" : undefined, "data-act": name });
}

function editable(card, at, data, ui) {
  const area = node("textarea", { rows: 2, "aria-label": `${data.words.edit} ${at + 1}`, lang: data.lang, "data-at": at, maxlength: 2000 });
  area.value = card.text;
  const send = (what) => {
    clearTimeout(ui.root.waiting);
    const changed = area.value !== card.text ? { text: area.value } : {};
    if (what !== "edit" || "text" in changed) ui.trigger("act", { what, at, ...changed, turn: Date.now() });
  };
  area.addEventListener("input", () => {
    fit(area);
    clearTimeout(ui.root.waiting);
    ui.root.waiting = setTimeout(() => send("edit"), PAUSE);
  });
  area.addEventListener("blur", () => area.isConnected && send("edit"));
  const why = card.blocked
    ? node("p", { class: "blocked", role: "alert", lang: data.page_lang, text: card.blocked })
    : null;
  const tools = node(
    "div",
    { class: "tools", lang: data.page_lang },
    card.hedged ? node("span", { class: "tag", text: data.words.hedged }) : null,
    tool("up", data, () => send("up"), at === 0),
    tool("down", data, () => send("down"), at === data.points.length - 1),
    tool("replace", data, () => send("replace"), !data.spare),
    tool("drop", data, () => send("drop")),
  );
  const words = node("div", { class: "words" }, area, why, tools);
  return node("li", { class: card.blocked ? "card stopped" : "card" }, words, quotes(card, data));
}

function fixed(card, data) {
  return node("li", { class: "card" }, node("div", { class: "words" }, node("p", { lang: data.lang, text: card.text })), quotes(card, data));
}

function part(heading, cards, kind) {
  return node("section", { class: kind }, node("h2", { text: heading }), node("ol", {}, ...cards));
}

function copyButton(data) {
  const copy = button({ class: "tool copy", text: data.words.copy, disabled: data.copied ? undefined : "disabled" });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(data.copied);
    copy.textContent = data.words.copied;
    setTimeout(() => { copy.textContent = data.words.copy; }, 1500);
  });
  return copy;
}

// Whoever types goes on typing: the words on the page are newer than those just checked.
function keepTyping(root, draw) {
  const before = root.getRootNode().activeElement;
  const at = before?.tagName === "TEXTAREA" ? before.dataset.at : null;
  const kept = at === null ? null : { text: before.value, from: before.selectionStart, to: before.selectionEnd, count: root.count };
  draw();
  const areas = root.querySelectorAll("textarea");
  if (kept && kept.count === areas.length && areas[at]) {
    areas[at].value = kept.text;
    areas[at].focus({ preventScroll: true });
    areas[at].setSelectionRange(kept.from, kept.to);
  }
  root.count = areas.length;
  areas.forEach(fit);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  const ui = { root, trigger: setTriggerValue };
  const head = [
    data.outcome_label ? node("p", { class: "outcome", lang: data.page_lang, text: data.outcome_label }) : null,
    data.notice ? node("p", { class: "notice", text: data.notice }) : null,
  ];
  const body = data.points.length || data.risks.length
    ? [
        part(data.headings[0], data.points.map((card, at) => editable(card, at, data, ui)), "points"),
        part(data.headings[1], data.risks.map((card) => fixed(card, data)), "risks"),
        ...data.warnings.map((text) => node("p", { class: "warning" }, ...signed(text))),
        node("footer", { class: "small muted" }, ...[...data.sources, data.writer, data.disclaimer].map((text) => node("p", { text }))),
        node("div", { class: "tools", lang: data.page_lang }, copyButton(data)),
      ]
    : [];
  keepTyping(root, () => root.replaceChildren(node("article", { lang: data.page_lang }, ...head, ...body)));
}
