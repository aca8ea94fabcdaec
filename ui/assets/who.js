// Who is signed in, or that nobody needs to.

export default function ({ data, parentElement }) {
  const name = data.name ? node("strong", { text: data.name }) : null;
  rootOf(parentElement).replaceChildren(node("p", { class: "who", lang: data.lang }, name, node("span", { text: data.words })));
}
