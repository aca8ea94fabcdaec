// An uploaded file: its name and state, what was lost, and beneath it, folded, the outline and passages of it.

function section(one) {
  const anchor = node("span", { class: "anchor", text: one.anchor });
  const texts = one.texts.length ? one.texts : [""];
  const rows = texts.map((text, at) => node("p", { class: "passage" }, at ? null : anchor, at ? null : " ", text));
  return node("li", { class: `depth-${one.depth}` }, ...rows);
}

function preview(data) {
  if (!data.preview) return null;
  const list = node("ol", { lang: data.preview.lang, tabindex: 0, "aria-label": data.preview.label }, ...data.preview.sections.map(section));
  const rest = data.preview.rest ? node("p", { class: "muted small", text: data.preview.rest }) : null;
  return node("details", {}, node("summary", { text: data.preview.label }), list, rest);
}

export default function ({ data, parentElement }) {
  const root = rootOf(parentElement);
  const open = root.querySelector("details")?.open;
  const card = node(
    "section",
    { class: data.state, lang: data.lang },
    node("p", { class: "head" }, node("bdi", { class: "file", text: data.file }), " ", node("span", { class: "state", text: data.label })),
    ...data.remarks.map((text) => node("p", { class: "small", text })),
    data.replaces ? node("p", { class: "replaces small", text: data.replaces }) : null,
    data.losses.length ? node("ul", { class: "losses small" }, ...data.losses.map((text) => node("li", { text }))) : null,
    preview(data),
  );
  root.replaceChildren(card);
  const details = root.querySelector("details");
  if (open && details) details.open = true;
}
