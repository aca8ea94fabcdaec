// Words as typed, a problem, a note, or short remarks in a row.

export default function ({ data, parentElement }) {
  const tags = { plain: "p", problem: "p", note: "p", line: "span" };
  const parts = data.parts.map((part) => node(tags[data.kind], { text: part }));
  const role = data.kind === "problem" ? "alert" : undefined;
  rootOf(parentElement).replaceChildren(node("div", { class: data.kind, lang: data.lang, role }, ...parts));
}
