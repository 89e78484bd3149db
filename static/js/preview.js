// The panel beside a list. Rows with data-preview="URL" open in #preview: by a click beside their
// links, by Space or P on the row with the focus; Esc closes it, J and K (js/hotkeys.js) move on.
// On phones a row is its page.

const NARROW = matchMedia("(max-width: 760px)");
const OWN = "a, button, input, label, select, textarea, summary";
let wanted = 0;

const panel = () => document.getElementById("preview");
const isOpen = () => panel() && !panel().hidden;
const focused = () => document.activeElement?.closest("tr[data-preview]");

function show(row) {
  if (NARROW.matches) {
    row.querySelector("a.name")?.click();
    return;
  }
  document.querySelectorAll("tr[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  panel().hidden = false;
  htmx.ajax("GET", row.dataset.preview, { target: "#preview", swap: "innerHTML" });
}

function close() {
  const row = document.querySelector("tr[aria-current]");
  row?.removeAttribute("aria-current");
  panel().hidden = true;
  panel().replaceChildren();
  row?.querySelector("a.name")?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-preview-close]")) {
    close();
    return;
  }
  const row = event.target.closest("tr[data-preview]");
  if (!row || event.target.closest(OWN) || String(getSelection())) return;
  row.querySelector("a.name")?.focus({ preventScroll: true });
  show(row);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  if (event.key === "Escape" && isOpen()) {
    close();
    event.preventDefault();
    return;
  }
  const row = focused();
  const isPreviewKey = event.key === " " || event.key.toLowerCase() === "p";
  if (!row || !isPreviewKey || document.documentElement.dataset.hotkeys === "off") return;
  if (event.target.closest("input, button, select, textarea")) return;
  event.preventDefault();
  if (isOpen() && row.hasAttribute("aria-current")) close();
  else show(row);
});

// J and K move the focus; the panel follows when they come to rest.
document.addEventListener("focusin", () => {
  const row = focused();
  if (!isOpen() || !row || row.hasAttribute("aria-current")) return;
  clearTimeout(wanted);
  wanted = setTimeout(() => show(row), 120);
});
