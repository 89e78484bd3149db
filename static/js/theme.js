// The theme switch acts at once and tells the server in the background.

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-theme-form]") || button?.name !== "theme") return;
  event.preventDefault();
  document.documentElement.dataset.theme = button.value;
  for (const other of form.querySelectorAll("[name=theme]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  const body = new FormData(form, button);
  fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
});
