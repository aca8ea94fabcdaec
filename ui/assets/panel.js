// The source panel: the section cited, the quote marked in place, one of the other editions beside it.

function paragraph(words) {
  const runs = words.runs.map((run) => (run.quoted ? node("mark", { text: run.text }) : run.text));
  const kind = [words.heading ? "heading" : "", words.beside ? "beside" : ""].join(" ").trim();
  const element = node(words.heading ? "h3" : "p", { class: kind }, ...runs);
  element.style.marginInlineStart = `${words.depth * 1.25}rem`;
  return element;
}

function column(words) {
  const details = node("p", { class: "details", text: words.details });
  const text = node("div", { class: "text", lang: words.lang }, ...words.paragraphs.map(paragraph));
  return node("section", { class: "column", "data-edition": words.edition }, details, text);
}

// The page itself, drawn once its picture is decoded; the quote is marked on it as with a pen.
function pageColumn(picture) {
  const canvas = node("canvas", { width: picture.width, height: picture.height, role: "figure", "aria-label": picture.label,
    "data-boxes": String(picture.boxes.length) });
  const bytes = Uint8Array.from(atob(picture.png), (letter) => letter.charCodeAt(0));
  const frame = node("div", { class: "page" }, canvas);
  createImageBitmap(new Blob([bytes], { type: "image/png" })).then((bitmap) => {
    const pen = canvas.getContext("2d");
    pen.drawImage(bitmap, 0, 0);
    pen.globalCompositeOperation = "multiply";
    pen.fillStyle = "#ffe27a";
    for (const box of picture.boxes) {
      pen.fillRect(box.left * picture.width, box.top * picture.height, box.width * picture.width, box.height * picture.height);
    }
    canvas.dataset.drawn = "yes";
    const first = picture.boxes[0];
    if (first) frame.scrollTop = Math.max(0, first.top * canvas.clientHeight - frame.clientHeight / 3);
  });
  return node("section", { class: "column", "data-edition": "page" }, node("p", { class: "details", text: picture.label }), frame);
}

// Which edition stands beside the one cited: chosen here, without a round trip.
function companions(data) {
  return [...(data.picture ? [data.picture] : []), ...data.columns.slice(1)];
}

function chooser(data, columns, choose) {
  const others = companions(data);
  if (others.length < 2) return null;
  const choices = others.map((words, at) =>
    button({ class: "choice", text: words.details || words.label, "aria-pressed": String(at === columns.chosen), click: () => choose(at) }),
  );
  return node("div", { class: "chooser", role: "group", "aria-label": data.words.beside },
    node("span", { class: "muted", text: data.words.beside }), ...choices);
}

function step(link, name, data, ui) {
  if (!link) return node("span");
  const go = button({ class: "step", "data-step": name, "aria-label": `${name}: ${link.label}` },
    node("span", { class: "muted", text: name }), label("span", { class: "step-label", lang: data.title_lang }, link.label));
  go.addEventListener("click", () => {
    ui.root.stepped = name;
    ui.trigger("go", link.anchor);
  });
  return go;
}

function close(ui) {
  ui.trigger("close", true);
  setTimeout(() => document.dispatchEvent(new Event("footnote:closed")), 0);
}

function head(data, ui) {
  const title = label("h2", { class: "title", tabindex: "-1", lang: data.title_lang }, data.title);
  const shut = button({ class: "close", "aria-label": data.words.close, click: () => close(ui) },
    node("span", { "aria-hidden": "true", text: "×" }));
  const read = data.read && data.columns.length
    ? placeLink({ class: "read" }, "read", data.read, null, data.words["open-in-read"])
    : null;
  return node("div", { class: "head" }, node("div", {}, title, read), shut);
}

// A new place is brought into view; a redraw of the same place leaves reader and focus alone.
function arrive(root, data) {
  if (root.place === data.place) return;
  root.place = data.place;
  const stepped = root.stepped && root.querySelector(`[data-step="${root.stepped}"]`);
  root.stepped = null;
  (stepped || root.querySelector(".title")).focus({ preventScroll: true });
  const beside = getComputedStyle(root.firstElementChild).position === "fixed";
  const body = root.querySelector(".body");
  const mark = body.querySelector("mark");
  body.scrollTop = 0;
  if (beside) mark?.scrollIntoView({ block: "center" });
  else bring(mark && isFar(mark, root) ? mark : root, "start");
}

// Whether a quote stands lower in the panel than is read at once.
function isFar(mark, root) {
  return mark.getBoundingClientRect().top - root.getBoundingClientRect().top > innerHeight / 4;
}

// One panel at a time: while the page is drawn again, Streamlit keeps the one of another answer a moment longer.
function giveWay(root) {
  if (root.givesWay) return;
  root.givesWay = true;
  document.addEventListener("footnote:opened", (event) => {
    if (event.detail !== root) root.replaceChildren();
  });
}

// Of a citation that is clicked again nothing changes on the server: the reader is brought to it here.
function arriveAgain(root) {
  if (root.arrivesAgain) return;
  root.arrivesAgain = true;
  document.addEventListener("footnote:again", () => {
    root.place = null;
    if (root.querySelector(".title")) arrive(root, root.data);
  });
}

function draw(root, data, ui, chosen) {
  const columns = { chosen };
  const other = companions(data)[chosen];
  const shown = data.columns.length ? [column(data.columns[0]), ...(other ? [other.png ? pageColumn(other) : column(other)] : [])] : [];
  const note = data.note ? node("p", { class: "note", role: "status", text: data.note }) : null;
  const pick = chooser(data, columns, (at) => draw(root, data, ui, at));
  const grid = node("div", { class: "columns" }, ...shown);
  const steps = data.previous || data.next ? node("nav", { class: "steps" },
    step(data.previous, data.words["previous-section"], data, ui), step(data.next, data.words["next-section"], data, ui)) : null;
  const panel = node("aside", { class: "panel", lang: data.lang, "aria-label": data.words["source-text"] },
    head(data, ui), node("div", { class: "body" }, note, pick, grid), steps);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close(ui));
  root.replaceChildren(panel);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  draw(root, data, { root, trigger: setTriggerValue }, 0);
  root.data = data;
  giveWay(root);
  arriveAgain(root);
  document.dispatchEvent(new CustomEvent("footnote:opened", { detail: root }));
  arrive(root, data);
}
