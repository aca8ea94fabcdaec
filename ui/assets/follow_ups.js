// Questions that go on from an answer.

export default function ({ data, parentElement, setTriggerValue }) {
  const items = data.questions.map((question) =>
    node("li", {}, button({ class: "follow-up", text: question, lang: data.lang, click: () => setTriggerValue("ask", question) })));
  const heading = node("h3", { class: "heading", text: data.heading });
  const section = node("section", { class: "follow-ups", lang: data.page_lang }, heading, node("ul", {}, ...items));
  rootOf(parentElement).replaceChildren(...(items.length ? [section] : []));
}
