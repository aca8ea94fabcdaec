// A work as it is: a row for each section, one edition beside the other.

function cell(words, column, row, data) {
  if (!words) return node("div", { class: "cell", lang: column.lang });
  const runs = words.runs.map((run) => (run.found ? node("mark", { text: run.text }) : run.text));
  const tag = { chapter: "h2", title: "h2", item: "h3", heading: "h3" }[row.kind] || "p";
  const bare = row.kind === "caption" ? node("p", { class: "bare", lang: data.lang, text: data.words["caption-only"] }) : null;
  return node("div", { class: "cell", lang: column.lang }, node(tag, {}, ...runs), bare);
}

// What can be done at a section, shown when it is pointed at or reached by keyboard.
function marginal(row, data, ui) {
  const place = { work: data.work, at: row.anchor };
  const link = placeLink({ class: "act", "aria-label": `${data.words["link-here"]}: ${row.label}` }, "read", place, async () => {
    const address = new URL(`read?${new URLSearchParams(place)}`, document.baseURI);
    ui.trigger("go", row.anchor);
    await navigator.clipboard?.writeText(address.toString()).catch(() => {});
  }, row.anchor.startsWith("0") || !/^\d/.test(row.anchor) ? data.words["link-here"] : label("span", {}, `§${row.anchor}`));
  const ask = button({ class: "act", text: data.words["ask-about"], "aria-label": `${data.words["ask-about"]}: ${row.label}`,
    click: () => visitPlace("./", { about: `${data.work}/${row.anchor}` }) });
  return node("div", { class: "acts", lang: data.lang }, link, ask);
}

function section(row, data, ui) {
  const cells = row.cells.map((words, at) => cell(words, data.columns[at], row, data));
  const element = node("section", { class: `row ${row.kind}`, "data-anchor": row.anchor, "aria-current": data.at === row.anchor ? "true" : null },
    node("div", { class: "cells" }, ...cells), marginal(row, data, ui));
  if (row.kind === "bullet") element.style.paddingInlineStart = `${Math.max(row.depth - 1, 0) * 1.125}rem`;
  return element;
}

function chooser(data, ui) {
  if (!data.others.length) return null;
  const choices = [...data.others, ["none", data.words.alone]].map(([id, text]) =>
    button({ class: "choice", text, "aria-pressed": String(id === data.chosen), click: () => ui.trigger("beside", id) }));
  return node("div", { class: "chooser", role: "group", "aria-label": data.words.beside },
    node("span", { class: "muted", text: data.words.beside }), ...choices);
}

function head(data, ui) {
  const names = node("div", { class: "cells names" }, ...data.columns.map((column) => node("p", { class: "muted", text: column.details })));
  const hits = data.hits ? node("p", { class: "hits", role: "status", text: data.hits }) : null;
  return node("header", {}, node("h1", { text: data.title }), chooser(data, ui), hits, data.columns.length > 1 ? names : null);
}

function step(link, name, ui) {
  if (!link) return node("span");
  return button({ class: "step", click: () => ui.trigger("go", link.anchor) }, node("span", { class: "muted", text: name }), label("span", {}, link.label));
}

// A new place or a new search is brought into view; the same one drawn again leaves the reader where they are.
function arrive(root, data) {
  const place = `${data.work} ${data.at}`;
  const moved = root.place !== place;
  const searched = data.search && root.search !== data.search;
  root.place = place;
  root.search = data.search;
  const at = [...root.querySelectorAll(".row")].find((row) => row.dataset.anchor === data.at);
  const mark = searched && root.querySelector("mark");
  if (mark) bring(mark, "center");
  else if (moved && at) bring(at, "start");
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  const ui = { trigger: setTriggerValue };
  const now = JSON.stringify(data);
  if (root.drawnFrom === now) return;
  root.drawnFrom = now;
  const steps = data.previous || data.next ? node("nav", { class: "steps" },
    step(data.previous, data.words["previous-section"], ui), step(data.next, data.words["next-section"], ui)) : null;
  const text = node("div", { class: data.columns.length > 1 ? "text two" : "text" }, ...data.rows.map((row) => section(row, data, ui)));
  root.replaceChildren(node("article", { class: "work", lang: data.lang }, head(data, ui), text, steps));
  arrive(root, data);
}
