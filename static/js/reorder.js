// <form data-reorder> around <li data-key draggable="true"> items: dropping one sends the new order as `order`.
// Without a mouse each item has buttons.

let dragged = null;

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-reorder] [data-key]");
  if (!item) return;
  dragged = item;
  item.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.key);
});
document.addEventListener("dragover", (event) => {
  const item = event.target.closest?.("[data-key]");
  const list = dragged?.closest("[data-reorder]");
  if (!list || !item || item === dragged || item.closest("[data-reorder]") !== list) return;
  event.preventDefault();
  const box = item.getBoundingClientRect();
  const isBelow = event.clientY > box.top + box.height / 2;
  item.parentElement.insertBefore(dragged, isBelow ? item.nextElementSibling : item);
});
document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  const item = dragged;
  dragged = null;
  if (!item) return;
  item.classList.remove("dragged");
  const list = item.closest("[data-reorder]");
  const form = document.getElementById(list.dataset.reorder);
  const order = [...list.querySelectorAll("[data-key]")].map((each) => each.dataset.key).join(",");
  if (form.elements.order.value === order) return;
  form.elements.order.value = order;
  // Where it was dropped: the section of a layout.
  const place = item.closest("[data-place]");
  if (place && form.elements.moved) form.elements.moved.value = `${item.dataset.key}@${place.dataset.place}`;
  form.requestSubmit();
});
