// <button data-open="ID"> opens the dialog with that id, <button data-close> closes the one around
// it, a click beside it closes it too. A dialog that arrives with data-autoshow opens at once.
// One that htmx puts into #list-dialog gives the focus back to what opened it, however often it was
// swapped meanwhile; the event "answered" from the server closes it.
// What refreshes by itself waits while somebody works in a dialog or popover inside it.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && isBeside(event)) event.target.close();
});

function isBeside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right
    || event.clientY < box.top || event.clientY > box.bottom;
}

function showArrived(root) {
  root.querySelectorAll("dialog[data-autoshow]:not([open])").forEach((dialog) => dialog.showModal());
}

document.addEventListener("htmx:load", (event) => showArrived(event.detail.elt.parentElement ?? document));
showArrived(document);

let opener = null;

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (target?.id === "list-dialog" && !elt.closest("dialog")) opener = elt;
});
document.addEventListener("close", (event) => {
  if (!event.target.closest("#list-dialog") || !opener) return;
  (opener.isConnected ? opener : document.getElementById(opener.id))?.focus();
}, { capture: true });
document.addEventListener("answered", (event) => event.target.closest("dialog")?.close());

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const open = target.querySelector("dialog[open], :popover-open");
  if (open && !open.contains(requestConfig.elt)) event.detail.shouldSwap = false;
});
