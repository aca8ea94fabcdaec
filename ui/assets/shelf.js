// The published works: each edition with its file and losses, and what can be done to it. Taking out asks twice.

function tool(name, data, click) {
  return button({ class: "tool", text: data.words[name], click, "data-act": name });
}

function tools(data, ui, work, edition) {
  const row = node("div", { class: "tools" });
  const act = (what) => ui.trigger("act", { what, work, edition, turn: Date.now() });
  const plain = () => {
    const changing = edition ? [tool("edit", data, () => act("edit")), tool("replace", data, () => act("replace"))] : [];
    row.replaceChildren(...changing, tool(edition ? "remove" : "remove-work", data, ask));
  };
  const ask = () => {
    const sure = tool("remove-sure", data, () => act("remove"));
    sure.classList.add("sure");
    const keep = tool("keep", data, () => {
      plain();
      row.lastChild.focus();
    });
    row.replaceChildren(sure, keep);
    keep.focus();
  };
  plain();
  return row;
}

function editionRow(one, work, data, ui) {
  return node(
    "li",
    { class: "edition" },
    node("p", {}, node("span", { class: "name", text: one.name }), " ", node("bdi", { class: "muted small", text: one.file })),
    node("p", { class: "muted small", text: one.counts }),
    one.losses.length ? node("ul", { class: "losses small" }, ...one.losses.map((text) => node("li", { text }))) : null,
    tools(data, ui, work.id, one.id),
  );
}

function findings(found) {
  if (!found) return null;
  if (!found.rows.length) return node("p", { class: "muted small", text: found.label });
  const row = (one) =>
    node("li", {}, node("p", { text: one.text }), ...one.quotes.map(([text, lang]) => node("blockquote", { text, lang })));
  return node("details", { class: "findings small" }, node("summary", { text: found.label }), node("ul", {}, ...found.rows.map(row)));
}

function workCard(work, data, ui) {
  return node(
    "li",
    { class: "work", "data-work": work.id },
    node("h3", { text: work.title }),
    node("p", { class: "muted small", text: work.details }),
    findings(work.findings),
    node("ul", {}, ...work.editions.map((one) => editionRow(one, work, data, ui))),
    work.editions.length > 1 ? tools(data, ui, work.id, "") : null,
  );
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  const ui = { trigger: setTriggerValue };
  const works = data.works.map((work) => workCard(work, data, ui));
  const list = works.length ? node("ul", { class: "works" }, ...works) : node("p", { class: "muted", text: data.empty });
  root.replaceChildren(node("section", { lang: data.lang }, list));
}
