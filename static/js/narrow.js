// <input data-narrow="ID"> hides the data-narrow-item elements of #ID that do not have its words,
// and each data-narrow-group of which nothing is left.

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-narrow]");
  if (!field) return;
  const words = field.value.trim().toLocaleLowerCase();
  const list = document.getElementById(field.dataset.narrow);
  for (const group of list.querySelectorAll("[data-narrow-group]")) {
    const items = [...group.querySelectorAll("[data-narrow-item]")];
    const isWhole = group.querySelector("h3")?.textContent.toLocaleLowerCase().includes(words);
    for (const item of items) item.hidden = !isWhole && !item.textContent.toLocaleLowerCase().includes(words);
    group.hidden = items.every((item) => item.hidden);
  }
});

// Enter takes the first that is left, the arrows walk.
document.addEventListener("keydown", (event) => {
  const list = document.querySelector("dialog[open] [data-narrow-group]")?.parentElement;
  if (!list || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const isField = event.target.matches("[data-narrow]");
  const entries = [...list.querySelectorAll("[data-narrow-item]:not([hidden])")]
    .map((item) => item.querySelector("a, input"));
  if (event.key === "Enter") {
    if (!isField) return;
    entries[0]?.click();
  } else {
    const place = entries.indexOf(document.activeElement);
    if (place < 0 && !isField) return;
    entries[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }
  event.preventDefault();
});
