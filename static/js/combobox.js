// A line with suggestions from the server: <span data-combo="URL"> around a hidden number and an input.
// Arrows walk, Enter chooses, Esc closes; the event "picked" says that one was chosen. With data-several the
// part after the last comma is asked for.

const WAIT = 150;
const timers = new WeakMap();

const parts = (combo) => ({
  input: combo.querySelector('[role="combobox"]'),
  number: combo.querySelector('input[type="hidden"]'),
  list: combo.querySelector('[role="listbox"]'),
});
const comboOf = (element) => element.closest?.("[data-combo]");
const options = (list) => [...list.querySelectorAll("[data-number]")];

document.addEventListener("input", (event) => {
  const combo = comboOf(event.target);
  if (!combo || event.isComposing) return;
  const { number } = parts(combo);
  if (number) number.value = "";
  ask(combo);
});
document.addEventListener("compositionend", (event) => {
  const combo = comboOf(event.target);
  if (combo) ask(combo);
});
document.addEventListener("click", (event) => {
  const combo = comboOf(event.target);
  if (combo && event.target.matches('[role="combobox"]') && parts(combo).list.hidden) ask(combo);
});
document.addEventListener("focusout", (event) => {
  const combo = comboOf(event.target);
  if (combo) close(combo);
});
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-combo] [data-number]");
  if (!option) return;
  event.preventDefault(); // the focus stays in the line
  choose(comboOf(option), option);
});
document.addEventListener("keydown", (event) => {
  const combo = comboOf(event.target);
  if (!combo || event.isComposing) return;
  const { list } = parts(combo);
  if (event.key === "ArrowDown" && list.hidden) ask(combo);
  else if (event.key === "ArrowDown") walk(combo, 1);
  else if (event.key === "ArrowUp") walk(combo, -1);
  else if (list.hidden) return;
  else if (event.key === "Escape") close(combo);
  else if (event.key === "Enter" && current(combo)) choose(combo, current(combo));
  else return;
  event.preventDefault();
});

function ask(combo) {
  clearTimeout(timers.get(combo));
  timers.set(combo, setTimeout(() => load(combo), WAIT));
}

async function load(combo) {
  const { input, list } = parts(combo);
  const text = "several" in combo.dataset ? input.value.split(/[,，、]/).pop().trim() : input.value;
  const answer = await fetch(`${combo.dataset.combo}?${new URLSearchParams({ q: text })}`);
  if (!answer.ok || document.activeElement !== input) return;
  list.innerHTML = await answer.text();
  options(list).forEach((option, place) => { option.id = `${list.id}-${place}`; });
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
}

const current = (combo) => parts(combo).list.querySelector('[aria-selected="true"]');

function walk(combo, step) {
  const { input, list } = parts(combo);
  const all = options(list);
  if (!all.length) return;
  const place = all.indexOf(current(combo));
  const next = all[(place + step + all.length) % all.length];
  all.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function choose(combo, option) {
  const { input, number } = parts(combo);
  const name = option.textContent.trim();
  if ("several" in combo.dataset) {
    const chosen = input.value.split(/[,，、]/).slice(0, -1).map((word) => word.trim());
    input.value = [...chosen, name].join(", ");
  } else {
    input.value = name;
    number.value = option.dataset.number;
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  close(combo);
  combo.dispatchEvent(new CustomEvent("picked", { bubbles: true }));
}

function close(combo) {
  clearTimeout(timers.get(combo));
  const { input, list } = parts(combo);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
