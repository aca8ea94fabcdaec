// One of several things, in the browser's own list.

export default function ({ data, parentElement, setTriggerValue }) {
  const options = data.choices.map(([id, text]) => node("option", { value: id, text }));
  const list = node("select", { "aria-label": data.name }, ...options);
  list.value = data.chosen;
  list.addEventListener("change", () => setTriggerValue("choose", list.value));
  rootOf(parentElement).replaceChildren(node("div", { lang: data.lang }, list));
}
