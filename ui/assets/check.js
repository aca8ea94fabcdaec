// Claim checks: each claim with its verdict, what it says beside what the document says, and the quotes that decide.

function reason(one, data) {
  const number = one.number ? node("span", { class: "number", text: ` [${one.number}]` }) : null;
  const side = (heading, words, ...more) =>
    node("td", {}, node("span", { class: "muted small", lang: data.page_lang, text: `${heading} ` }), node("span", { text: words }), ...more);
  return node(
    "tr",
    {},
    node("th", { scope: "row", lang: data.page_lang, text: one.label }),
    side(one.sides[0], one.claim),
    one.document ? side(one.sides[1], one.document, number) : null,
  );
}

function quote(one, data) {
  const original = one.original
    ? [
        node("p", { class: "muted small", lang: data.page_lang, text: data.words.original }),
        node("blockquote", { lang: one.original_lang, text: one.original }),
      ]
    : [];
  const place = node(
    "p",
    { class: "small" },
    node("span", { class: "number", text: `[${one.number}]` }),
    " ",
    label("span", { lang: one.place_lang }, one.place),
    " ",
    node("span", { class: "muted details", lang: data.page_lang, text: one.details }),
  );
  // A quote of Traditional words stands first as a reader of Simplified reads it, beneath it as it is printed.
  const shown = one.shown ? node("blockquote", { lang: "zh-Hans", text: one.shown }) : null;
  const quoted = node("blockquote", { class: shown ? "verbatim" : "", lang: one.lang, text: one.quote });
  return node("li", {}, place, shown, quoted, ...original);
}

function claim(part, data) {
  const reasons = part.reasons.length
    ? node("table", {}, node("tbody", {}, ...part.reasons.map((one) => reason(one, data))))
    : null;
  const words = node(
    "div",
    {},
    node("p", { class: `verdict ${part.verdict}`, lang: data.page_lang, text: part.label }),
    node("p", { text: part.text }),
  );
  const quotes = part.sources.length
    ? node("div", {}, node("p", { class: "muted small", lang: data.page_lang, text: part.quotes_label }),
        node("ul", { class: "quotes" }, ...part.sources.map((one) => quote(one, data))))
    : null;
  return node("li", { class: "claim" }, node("div", { class: "sides" }, words, quotes), reasons);
}

export default function ({ data, parentElement }) {
  const notice = data.notice ? node("p", { class: "notice", text: data.notice }) : null;
  const judge = node("p", { class: "muted small", lang: data.page_lang, text: data.judge });
  const list = node("ol", {}, ...data.parts.map((part) => claim(part, data)));
  rootOf(parentElement).replaceChildren(node("article", { lang: data.lang }, notice, list, judge));
}
