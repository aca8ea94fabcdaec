// The name of the page, and what it is.

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.lang; // the page's own language: glyphs, hyphens, screen readers
  const name = node("h1", { text: data.name });
  const tagline = node("p", { class: "muted", text: data.tagline });
  rootOf(parentElement).replaceChildren(node("header", { lang: data.lang }, name, tagline));
}
