// Which works are asked, and the section that the next question is about.

function choice(work, data, ui) {
  const box = node("input", { type: "checkbox", value: work.id });
  box.checked = work.asked;
  box.addEventListener("change", () => {
    const boxes = [...ui.root.querySelectorAll("input")];
    if (!boxes.some((other) => other.checked)) boxes.forEach((other) => (other.checked = true));
    ui.root.open = true;
    ui.trigger("choose", boxes.filter((other) => other.checked).map((other) => other.value));
  });
  return node("label", { class: "choice" }, box, node("span", { text: work.title }));
}

function works(data, ui) {
  if (!data.documents.length) return null;
  const asked = data.documents.filter((work) => work.asked);
  const some = data.words["asking-some"].replace("{asked}", asked.length).replace("{count}", data.documents.length);
  const summary = node("summary", { text: asked.length < data.documents.length ? some : data.words["asking-all"] });
  const list = node("fieldset", { "aria-label": data.words["asked-works"] }, ...data.documents.map((work) => choice(work, data, ui)));
  const element = node("details", {}, summary, list);
  element.open = Boolean(ui.root.open);
  element.addEventListener("toggle", () => (ui.root.open = element.open));
  return element;
}

function section(data, ui) {
  if (!data.section) return null;
  const free = button({ class: "free", "aria-label": data.words.remove, click: () => ui.trigger("free", true) },
    node("span", { "aria-hidden": "true", text: "×" }));
  return node("p", { class: "about-section" }, node("span", { class: "muted", text: data.words["asking-about"] }), label("span", {}, data.section), free);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const ui = { root: rootOf(parentElement), trigger: setTriggerValue };
  ui.root.replaceChildren(node("div", { class: "scope", lang: data.lang }, section(data, ui), works(data, ui)));
}
