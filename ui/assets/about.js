// Whose documents are quoted, and of what date.

function workLine(work) {
  const title = work.title ? node("cite", { text: work.title }) : null;
  return node("p", {}, work.before, title, work.after);
}

export default function ({ data, parentElement }) {
  const works = data.works.map(workLine);
  const notes = data.notes.map((note) => node("p", { class: "note", text: note }));
  rootOf(parentElement).replaceChildren(node("div", { class: "about", lang: data.lang }, ...works, ...notes));
}
