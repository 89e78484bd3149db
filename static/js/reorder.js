// <div data-reorder="FORM"> around <li data-key draggable="true"> items: dropping one sends the new order by the form,
// as `order`: keys, each after the data-place of its list where there is one. Without a mouse there are buttons.

let dragged = null;
let before = "";

const orderOf = (root) => [...root.querySelectorAll("[data-key]")].map((item) => {
  const place = item.closest("[data-place]");
  return place ? `${place.dataset.place}:${item.dataset.key}` : item.dataset.key;
}).join(",");

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-reorder] [data-key]");
  if (!item) return;
  dragged = item;
  before = orderOf(item.closest("[data-reorder]"));
  item.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.key);
});

document.addEventListener("dragover", (event) => {
  const root = dragged?.closest("[data-reorder]");
  if (!root?.contains(event.target)) return;
  event.preventDefault();
  const item = event.target.closest("[data-key]");
  const list = event.target.closest("section")?.querySelector("[data-place]");
  if (item && item !== dragged) {
    const box = item.getBoundingClientRect();
    const isBelow = event.clientY > box.top + box.height / 2;
    item.parentElement.insertBefore(dragged, isBelow ? item.nextElementSibling : item);
  } else if (list && !list.querySelector("[data-key]")) {
    list.append(dragged);
  }
});

document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});

document.addEventListener("dragend", () => {
  const item = dragged;
  dragged = null;
  if (!item) return;
  item.classList.remove("dragged");
  const root = item.closest("[data-reorder]");
  const order = orderOf(root);
  if (order === before) return;
  const form = document.getElementById(root.dataset.reorder);
  form.elements.order.value = order;
  form.requestSubmit();
});

// <select data-submit> sends its form; without scripts a button does.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-submit]")) event.target.form.requestSubmit();
});
