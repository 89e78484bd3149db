// A form is sent once: the pressed button is disabled and keeps its width until the answer is here.
// <select data-submit> sends its form; without scripts a button does.

const PATIENCE = 10000; // a download answers without a new page; then the button comes back
const sending = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  const release = hold(event.submitter);
  setTimeout(() => { sending.delete(form); release(); }, PATIENCE);
  addEventListener("pageshow", () => { sending.delete(form); release(); }, { once: true });
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.detail.requestConfig.triggeringEvent?.submitter ?? event.detail.elt;
  if (!(button instanceof HTMLButtonElement)) return;
  const release = hold(button);
  event.detail.xhr.addEventListener("loadend", release, { once: true });
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-submit]")) event.target.form.requestSubmit();
});

function hold(button) {
  if (!button) return () => {};
  button.style.minWidth = `${button.offsetWidth}px`;
  // After this event: a disabled button's name and value would not be sent.
  const timer = setTimeout(() => { button.disabled = true; });
  return () => { clearTimeout(timer); button.disabled = false; button.style.minWidth = ""; };
}
