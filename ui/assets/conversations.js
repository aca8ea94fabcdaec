// The reader's conversations: a list; each opens by its title, and "more" offers what else can be done with it.

function actions(row, data, ui) {
  const act = (name, click) => button({ class: "action", text: data.words[name], click });
  return node("div", { class: "actions" },
    act("rename", () => ui.set({ id: row.id, mode: "rename" })),
    act("export-md", () => ui.leave("export", { id: row.id, format: "md" })),
    act("export-docx", () => ui.leave("export", { id: row.id, format: "docx" })),
    act("delete", () => ui.set({ id: row.id, mode: "delete" })));
}

function renaming(row, data, ui) {
  const field = node("input", { class: "field", type: "text", value: row.title, maxlength: "60", "aria-label": data.words.rename });
  const save = () => ui.leave("rename", { id: row.id, title: field.value });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) save();
    if (event.key === "Escape") ui.set(null);
  });
  return node("div", { class: "actions" }, field,
    button({ class: "action strong", text: data.words.save, click: save }),
    button({ class: "action", text: data.words.keep, click: () => ui.set(null) }));
}

function deleting(row, data, ui) {
  return node("div", { class: "actions", role: "alertdialog", "aria-label": data.words["delete-sure"] },
    node("p", { class: "sure", text: data.words["delete-sure"] }),
    button({ class: "action strong", text: data.words.delete, click: () => ui.leave("delete", row.id) }),
    button({ class: "action", text: data.words.keep, click: () => ui.set(null) }));
}

function item(row, data, ui) {
  const mine = ui.doing?.id === row.id ? ui.doing.mode : null;
  const title = button({ class: "title", title: row.title, "aria-current": row.open ? "page" : null, click: () => ui.leave("show", row.id) },
    node("span", { class: "name", text: row.title }));
  const more = button({ class: "more", "aria-label": `${data.words["more-actions"]}: ${row.title}`, "aria-expanded": String(Boolean(mine)),
    click: () => ui.set(mine ? null : { id: row.id, mode: "actions" }) }, node("span", { "aria-hidden": "true", text: "⋯" }));
  const part = { actions, rename: renaming, delete: deleting }[mine];
  return node("li", { class: row.open ? "open" : "" }, node("div", { class: "row" }, title, more), part ? part(row, data, ui) : null);
}

// Each day once, above what was said on it.
function days(data, ui) {
  const whens = [...new Set(data.conversations.map((row) => row.when))];
  return whens.map((when) => {
    const rows = data.conversations.filter((row) => row.when === when).map((row) => item(row, data, ui));
    return node("section", { "aria-label": when }, node("h3", { class: "day", text: when }), node("ul", {}, ...rows));
  });
}

function draw(root, data, trigger) {
  const ui = {
    doing: root.doing,
    set(doing) {
      root.doing = doing;
      draw(root, data, trigger);
      const first = root.querySelector(".actions input, .actions button") || root.querySelector("[aria-current]");
      if (doing) first?.focus();
    },
    leave(name, value) {
      root.doing = null;
      draw(root, data, trigger);
      if (name === "show") leaveSide();
      trigger(name, value);
    },
  };
  const list = data.conversations.length ? days(data, ui) : [node("p", { class: "muted empty", text: data.empty })];
  root.replaceChildren(node("nav", { lang: data.lang, "aria-label": data.words.conversations }, ...list));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  if (data.file && root.saved !== data.file.id) saveFile(data.file);
  root.saved = data.file?.id ?? root.saved;
  draw(root, data, setTriggerValue);
}
