// Facts edited in place: Enter or E on a fact opens its control, Esc gives up, Ctrl+Enter saves a long text.
// A conflict (409) comes with the choice, so it is shown where the control stood.

document.addEventListener("keydown", (event) => {
  const fact = event.target.closest?.(".fact");
  if (!fact) return;
  if (event.key === "Escape") cancel(event, fact);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) fact.querySelector("form")?.requestSubmit();
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isOn = document.documentElement.dataset.hotkeys !== "off";
  if (event.key.toLowerCase() === "e" && isPlain && isOn && event.target.matches(".fact-edit")) {
    event.preventDefault();
    event.target.click();
  }
}, { capture: true });

function cancel(event, fact) {
  const button = fact.querySelector("[data-cancel]");
  if (!button || fact.querySelector('[role="combobox"][aria-expanded="true"]')) return;
  event.preventDefault();
  button.click();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 409 || !event.detail.target.matches(".fact")) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const field = document.activeElement;
  if (field?.matches(".fact-form input:not([type=checkbox])") && event.detail.elt.contains(field)) field.select();
});
