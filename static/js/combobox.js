// A line with suggestions from the server: <span data-combo="URL"> around a hidden number and an input.
// Arrows walk, Enter chooses, Esc closes; the event "picked" says that one was chosen. With data-several the
// part after the last comma is asked for.
// A <select data-searched> gets such a line in its place, which searches its own options; without scripts it stays.

const WAIT = 150;
const FEWEST = 12; // options; fewer are read faster than searched
const timers = new WeakMap();
let focused = ""; // the line that had the focus before its form was drawn anew

const parts = (combo) => ({
  select: combo.querySelector("select"),
  input: combo.querySelector('[role="combobox"]'),
  number: combo.querySelector('input[type="hidden"]'),
  list: combo.querySelector('[role="listbox"]'),
});
const comboOf = (element) => element.closest?.("[data-combo]");
const said = (select) => select.selectedOptions[0]?.label ?? "";
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
  if (!combo || !event.target.matches('[role="combobox"]') || !parts(combo).list.hidden) return;
  event.target.select();
  ask(combo);
});
document.addEventListener("focusout", (event) => {
  const combo = comboOf(event.target);
  if (!combo) return;
  const { select, input } = parts(combo);
  if (select) input.value = said(select); // what was typed and not chosen
  close(combo);
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
  if (parts(combo).select) {
    search(combo);
    return;
  }
  clearTimeout(timers.get(combo));
  timers.set(combo, setTimeout(() => load(combo), WAIT));
}

async function load(combo) {
  const { input, list } = parts(combo);
  const text = "several" in combo.dataset ? input.value.split(/[,，、]/).pop().trim() : input.value;
  const answer = await fetch(`${combo.dataset.combo}?${new URLSearchParams({ q: text })}`);
  if (!answer.ok || document.activeElement !== input) return;
  list.innerHTML = await answer.text();
  open(combo);
}

function open(combo) {
  const { input, list } = parts(combo);
  options(list).forEach((option, place) => { option.id = `${list.id}-${place}`; });
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
}

function search(combo) {
  const { select, input, list } = parts(combo);
  const words = input.value === said(select) ? [] : input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = [...select.options].filter(
    (option) => option.value && words.every((word) => option.label.toLocaleLowerCase().includes(word)),
  );
  list.replaceChildren(...found.flatMap((option, place) => {
    const group = option.parentElement.label;
    const isFirst = group && group !== found[place - 1]?.parentElement.label && !option.label.startsWith(group);
    const line = lineOf("option", option.label, { number: option.value });
    line.setAttribute("aria-selected", String(words.length === 0 && option.selected));
    return isFirst ? [lineOf("presentation", group, {}, "combo-group"), line] : [line];
  }));
  if (!found.length) {
    const nothing = lineOf("option", select.dataset.none, {}, "combo-none t3");
    nothing.setAttribute("aria-disabled", "true");
    nothing.setAttribute("aria-selected", "false");
    list.append(nothing);
  }
  open(combo);
  const chosen = current(combo);
  if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
  chosen?.scrollIntoView({ block: "nearest" });
}

function lineOf(role, text, data, classes = "") {
  const line = Object.assign(document.createElement("li"), { className: classes, textContent: text });
  line.setAttribute("role", role);
  Object.assign(line.dataset, data);
  return line;
}

// -- selects that are searched -------------------------------------------------------------------

function dress(root) {
  for (const select of root.querySelectorAll("select[data-searched]:not([aria-hidden])")) {
    if (select.options.length < FEWEST) continue;
    const combo = document.createElement("span");
    combo.className = `combo ${select.dataset.searched}`;
    combo.dataset.combo = "";
    const input = document.createElement("input");
    const list = document.createElement("ul");
    Object.assign(input, { className: "input", type: "text", id: `${select.id}-search`, role: "combobox", autocomplete: "off" });
    Object.assign(list, { className: "combo-list", id: `${select.id}-list`, role: "listbox", hidden: true });
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
      input.setAttribute(name, value);
    }
    input.setAttribute("aria-label", select.getAttribute("aria-label"));
    list.setAttribute("aria-label", select.getAttribute("aria-label"));
    input.value = said(select);
    select.before(combo);
    select.className = "vh"; // hidden, so it takes no width either
    select.tabIndex = -1;
    select.setAttribute("aria-hidden", "true");
    combo.append(input, list, select);
    const isLost = focused === input.id && document.activeElement === document.body;
    if (select.autofocus || isLost) input.focus();
  }
}

document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement?.id ?? ""; });
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
dress(document);

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
  const { input, number, select } = parts(combo);
  const name = option.textContent.trim();
  if (select) {
    select.value = option.dataset.number;
    input.value = name;
    close(combo);
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
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
