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

// A section's label; its § is set apart only to be set in a Latin font.
function label(tag, settings, text) {
  const parts = text.startsWith("§") ? [node("span", { class: "sign", text: "§" }), text.slice(1)] : [text];
  return node(tag, settings, ...parts);
}

function button(settings, ...children) {
  return node("button", { type: "button", ...settings }, ...children);
}

function rootOf(parentElement) {
  return parentElement.querySelector(".root");
}
