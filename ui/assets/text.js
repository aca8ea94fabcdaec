// Words in one of three forms: as typed, a problem, or short remarks in a row.

export default function ({ data, parentElement }) {
  const tags = { plain: "p", problem: "p", line: "span" };
  const parts = data.parts.map((part) => node(tags[data.kind], { text: part }));
  const role = data.kind === "problem" ? "alert" : undefined;
  rootOf(parentElement).replaceChildren(node("div", { class: data.kind, lang: data.lang, role }, ...parts));
}
