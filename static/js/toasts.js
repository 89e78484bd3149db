// Toasts: past tense, gone after 8 seconds unless the pointer or the focus is on them.
// The server asks for one with the header HX-Trigger: {"toast": {"text": "…", "undo": "/url"}},
// another module by dispatching the event "toast" on the document.

const LIFETIME = 8000;
const region = document.getElementById("toasts");
const template = document.getElementById("toast");

function say(text, { bad = false, undo = null }) {
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.firstElementChild.textContent = text;
  if (bad) {
    toast.classList.add("toast-bad");
    toast.setAttribute("role", "alert");
  } else {
    toast.dataset.toast = "";
  }
  if (undo) toast.lastElementChild.before(undoButton(undo, toast));
  region.append(toast);
  schedule(toast);
}

function undoButton(url, toast) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = region.dataset.undo;
  button.addEventListener("click", () => {
    toast.remove();
    htmx.ajax("POST", url, { swap: "none" });
  });
  return button;
}

function schedule(toast) {
  if (!("toast" in toast.dataset)) return; // errors stay until they are closed
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), LIFETIME); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

document.addEventListener("toast", (event) => {
  const wanted = event.detail ?? {};
  say(wanted.text ?? wanted.value ?? "", { bad: wanted.bad, undo: wanted.undo });
});
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.parentElement.remove();
});
region.querySelectorAll(".toast").forEach(schedule);
