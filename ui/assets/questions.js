// Questions to start with, by theme.

export default function ({ data, parentElement, setTriggerValue }) {
  const groups = data.groups.map((group) => {
    const items = group.questions.map((question) =>
      node("li", {}, button({ class: "question", text: question, click: () => setTriggerValue("ask", question) })),
    );
    return node("section", {}, node("h3", { text: group.theme }), node("ul", {}, ...items));
  });
  const heading = node("h2", { text: data.heading });
  rootOf(parentElement).replaceChildren(node("div", { lang: data.lang }, heading, node("div", { class: "groups" }, ...groups)));
}
