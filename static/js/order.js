// <… data-order> around lists whose lines a pointer moves by their handle (data-drag). With data-order="FORM" a drop
// sends the new order by that form, as `order`: the data-key of each line, after the data-place of its list where there
// is one. In a form of their own the lines have buttons (name up, down), and [data-order-said] tells where a line is now.

let dragged = null;
let before = "";

const rootOf = (line) => line.closest("[data-order]");
const listsIn = (root) => (root.matches("ol") ? [root] : [...root.querySelectorAll("ol")]);
const orderOf = (root) => [...root.querySelectorAll("[data-key]")].map((line) => {
  const { place } = line.parentElement.dataset;
  return place === undefined ? line.dataset.key : `${place}:${line.dataset.key}`;
}).join(",");

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-order] [data-drag]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  dragged = handle.closest("li");
  dragged.classList.add("dragged");
  before = orderOf(rootOf(dragged));
  rootOf(dragged).setPointerCapture(event.pointerId); // a finger that holds what moves would be lost
});
document.addEventListener("pointermove", (event) => {
  if (dragged) follow(event.clientY);
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (!dragged) return;
    const line = dragged;
    dragged = null;
    line.classList.remove("dragged");
    if (rootOf(line).dataset.order) send(rootOf(line));
    else tell(line);
  });
}

function follow(y) {
  const lists = listsIn(rootOf(dragged));
  const list = lists.findLast((each) => y >= each.getBoundingClientRect().top) ?? lists[0];
  const others = [...list.children].filter((line) => line !== dragged);
  const next = others.find((line) => y < middle(line)) ?? null;
  if (dragged.parentElement === list && dragged.nextElementSibling === next) return;
  list.insertBefore(dragged, next);
  dragged.scrollIntoView({ block: "nearest" });
  follow(y); // the lines have moved under the pointer
}

function middle(line) {
  const box = line.getBoundingClientRect();
  return box.top + box.height / 2;
}

function send(root) {
  const order = orderOf(root);
  if (order === before) return;
  const form = document.getElementById(root.dataset.order);
  form.elements.order.value = order;
  form.requestSubmit();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-order] button[name=up], [data-order] button[name=down]");
  if (!button) return;
  event.preventDefault();
  const line = button.closest("li");
  if (button.name === "up") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  line.scrollIntoView({ block: "nearest" });
  tell(line);
  const other = line.querySelector("button:not(:disabled)");
  (button.disabled ? other : button)?.focus();
});

function tell(line) {
  const all = [...line.parentElement.children];
  all.forEach((each, place) => {
    each.querySelector("button[name=up]").disabled = place === 0;
    each.querySelector("button[name=down]").disabled = place === all.length - 1;
  });
  const said = rootOf(line).parentElement.querySelector("[data-order-said]");
  said.textContent = said.dataset.orderSaid
    .replace("{name}", line.querySelector("label").textContent.trim())
    .replace("{place}", all.indexOf(line) + 1)
    .replace("{number}", all.length);
}
