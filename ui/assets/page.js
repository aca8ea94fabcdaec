// Shared by all components. `node` is the only place where elements are made: words become text, never markup.

function node(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === null || value === "") continue;
    if (name === "text") element.textContent = value;
    else if (name === "click") element.addEventListener("click", value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// A section's label.
function label(tag, settings, text) {
  return node(tag, settings, ...signed(text));
}

// Words, each § set apart only to be set in a Latin font.
function signed(text) {
  return text.split(/(§)/).filter(Boolean).map((part) => (part === "§" ? node("span", { class: "sign", text: part }) : part));
}

function button(settings, ...children) {
  return node("button", { type: "button", ...settings }, ...children);
}

function rootOf(parentElement) {
  return parentElement.querySelector(".root");
}

// A file that was asked for, handed to the reader from memory: it has no address that another could open.
function saveFile(file) {
  const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: file.type }));
  const link = node("a", { href: address, download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A link to a place in our own pages, never to another host. A plain click does `go`, else goes there.
function placeLink(settings, page, place, go, ...children) {
  const link = node("a", { ...settings, href: `${page}?${new URLSearchParams(place)}` }, ...children);
  link.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    (go ?? (() => visitPlace(page, place)))();
  });
  return link;
}

// Another of our pages in one step of the browser's history, without loading it anew; the language chosen stays.
function visitPlace(page, place) {
  const language = new URLSearchParams(location.search).get("lang");
  const to = new URLSearchParams({ ...(language && { lang: language }), ...place });
  history.pushState({}, "", `${page}?${to}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

// On a phone the list at the side lies over the page: once something was chosen in it, it makes way.
function leaveSide() {
  if (innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

// The page goes on taking its shape for a moment after it is drawn; the place stays in view until the reader moves.
function bring(element, block) {
  const reader = new AbortController();
  const moves = { signal: reader.signal, capture: true, passive: true };
  for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(name, () => reader.abort(), moves);
  for (const wait of [0, 100, 300, 700, 1500]) {
    setTimeout(() => reader.signal.aborted || element.scrollIntoView({ block }), wait);
  }
  setTimeout(() => reader.abort(), 2000);
}
