// The palette: Ctrl+K or a link with data-palette opens it; arrows move, Enter opens, Ctrl+Enter in a
// new tab. Focus stays in the field; the chosen line is its active descendant.

const dialog = document.getElementById("palette");
const form = document.getElementById("palette-form");
const field = document.getElementById("palette-q");
const results = document.getElementById("palette-results");

const options = () => [...results.querySelectorAll("a[role=option]")];
const current = () => results.querySelector("[aria-selected=true]");

function open() {
  if (document.querySelector("dialog[open]")) return;
  dialog.showModal();
  field.select();
  form.dispatchEvent(new CustomEvent("palette:ask"));
}

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function move(step) {
  const all = options();
  if (!all.length) return;
  choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
}

function follow(event) {
  const option = current();
  if (!option) return; // the form goes to the page of results
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
  else option.click();
}

const KEYS = { ArrowDown: () => move(1), ArrowUp: () => move(-1) };

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  }
});

field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends the input of Chinese
  if (event.key === "Enter") follow(event);
  else if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.addEventListener("click", (event) => {
  if (!dialog || event.ctrlKey || event.metaKey || !event.target.closest("[data-palette]")) return;
  event.preventDefault();
  document.querySelector("nav.nav:popover-open")?.hidePopover();
  open();
});

results?.addEventListener("htmx:afterSwap", () => {
  choose(options()[0]);
  document.getElementById("palette-status").textContent =
    results.querySelector("[data-said]")?.content.textContent ?? "";
});
