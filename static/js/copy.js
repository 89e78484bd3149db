// <button data-copy="ID" hidden> copies the text of the element with that id.

function reveal(root) {
  if (!navigator.clipboard) return; // plain HTTP on another host: the button stays hidden
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
  const text = document.getElementById("toasts").dataset.copied;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
});
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt.parentElement ?? document));
reveal(document);
