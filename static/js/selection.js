// Selected rows: check boxes name="ids", one data-select-all in the head, a bar data-bulk="FORM_ID".
// Shift and click selects the rows between; the bar says how many and keeps the page still.

let last = null;

const boxesOf = (formId) => [...document.querySelectorAll('input[type="checkbox"][name="ids"]')]
  .filter((box) => box.form?.id === formId);

document.addEventListener("click", (event) => {
  const box = event.target.closest('input[type="checkbox"][name="ids"]');
  if (box) {
    if (event.shiftKey && last?.isConnected) selectBetween(last, box);
    last = box;
  }
  const clear = event.target.closest("[data-bulk-clear]");
  if (clear) setAll(clear.closest("[data-bulk]").dataset.bulk, false);
});

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-select-all]")) setAll(target.form.id, target.checked);
  if (target.matches('[name="ids"], [data-bulk-all] input') && target.form) show(target.form.id);
});

document.addEventListener("htmx:afterSettle", showAll);
addEventListener("pageshow", showAll);

function selectBetween(first, second) {
  const boxes = boxesOf(second.form?.id);
  const [from, to] = [boxes.indexOf(first), boxes.indexOf(second)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const box of boxes.slice(from, to + 1)) box.checked = second.checked;
}

function setAll(formId, checked) {
  for (const box of boxesOf(formId)) box.checked = checked;
  show(formId);
}

function showAll() {
  document.querySelectorAll("[data-bulk]").forEach((bar) => show(bar.dataset.bulk));
}

function show(formId) {
  const boxes = boxesOf(formId);
  const selected = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
  const isWhole = selected.length > 0 && selected.length === boxes.length;
  const head = [...document.querySelectorAll("[data-select-all]")].find((box) => box.form?.id === formId);
  if (head) {
    head.checked = isWhole;
    head.indeterminate = selected.length > 0 && !isWhole;
  }
  const bar = document.querySelector(`[data-bulk="${CSS.escape(formId)}"]`);
  if (bar) showBar(bar, selected.length, isWhole);
}

function showBar(bar, count, isWhole) {
  const words = bar.querySelector("[data-bulk-count]");
  const all = bar.querySelector("[data-bulk-all]");
  const box = all?.querySelector("input");
  if (all) {
    all.hidden = !isWhole;
    box.checked &&= isWhole;
  }
  bar.hidden = count === 0;
  words.textContent = box?.checked
    ? all.querySelector("[data-bulk-total]").textContent.trim()
    : count.toLocaleString(document.documentElement.lang);
  document.getElementById("live").textContent = count ? words.parentElement.textContent : "";
}
