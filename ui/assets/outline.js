// The outline of a work: chapters, items and captions, with their themes; the place that is read is marked.

function row(words, data, trigger) {
  const here = data.at === words.anchor || data.at.startsWith(`${words.anchor}.b`) || data.at.startsWith(`${words.anchor}.p`);
  const themes = words.themes.length ? node("span", { class: "themes", lang: data.lang, text: words.themes.join(" · ") }) : null;
  const go = placeLink({ class: "entry", "aria-current": here ? "true" : null }, "read", { work: data.work, at: words.anchor },
    () => {
      leaveSide();
      trigger("go", words.anchor);
    }, label("span", {}, words.label), themes);
  const item = node("li", {}, go);
  item.style.paddingInlineStart = `${words.depth * 0.875}rem`;
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const rows = data.rows.map((words) => row(words, data, setTriggerValue));
  const nav = node("nav", { lang: data.text_lang, "aria-label": data.title }, node("ul", {}, ...rows));
  rootOf(parentElement).replaceChildren(nav);
}
