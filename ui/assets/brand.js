// The name of the page, and what it is; and, for every page, what a double click is.

const FREELY = ".step, .chip"; // pressed fast to go far; brings back to where it leads
const MOMENT = 700; // milliseconds in which who clicks has not seen yet what came of it
const last = { button: null, at: -MOMENT };

// A double click is one click. Its second would do the same again, or hit what the first has put under the pointer.
function oneOfTwo(event) {
  const pressed = event.composedPath()[0].closest?.(".root button, [data-testid^=stBaseButton]");
  if (!pressed || pressed.matches(FREELY)) return;
  const again = pressed === last.button && event.timeStamp - last.at < MOMENT;
  if (event.detail < 2 && !again) {
    Object.assign(last, { button: pressed, at: event.timeStamp });
    return;
  }
  event.stopImmediatePropagation();
  event.preventDefault();
}

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.lang; // the page's own language: glyphs, hyphens, screen readers
  if (!window.footnoteClicks) {
    document.addEventListener("click", oneOfTwo, true);
    document.addEventListener("input", () => { last.button = null; }, true); // who has typed since means it anew
  }
  window.footnoteClicks = true;
  const name = node("h1", { text: data.name });
  const tagline = node("p", { class: "muted", text: data.tagline });
  rootOf(parentElement).replaceChildren(node("header", { lang: data.lang }, name, tagline));
}
