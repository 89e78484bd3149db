// <ol data-order> whose lines a pointer moves by their handle (data-drag), and their buttons (name
// up, down) by the keyboard; [data-order-said] tells where a line is now. Without scripts the buttons submit.

let dragged = null;
let lastY = 0;

const list = (line) => line.closest("[data-order]");
const lines = (line) => [...list(line).children];

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-order] [data-drag]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  dragged = handle.closest("li");
  dragged.classList.add("dragged");
});
document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  lastY = event.clientY;
  follow();
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    moved(dragged);
    dragged = null;
  });
}

// The neighbours move, not the line itself: what a finger holds has to stay where it is.
function follow() {
  const { previousElementSibling: above, nextElementSibling: below } = dragged;
  if (above && lastY < middle(above)) dragged.after(above);
  else if (below && lastY > middle(below)) dragged.before(below);
  else return;
  dragged.scrollIntoView({ block: "nearest" });
  follow();
}

function middle(line) {
  const box = line.getBoundingClientRect();
  return box.top + box.height / 2;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-order] button[name=up], [data-order] button[name=down]");
  if (!button) return;
  event.preventDefault();
  const line = button.closest("li");
  if (button.name === "up") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  line.scrollIntoView({ block: "nearest" });
  moved(line);
  const other = line.querySelector("button:not(:disabled)");
  (button.disabled ? other : button)?.focus();
});

function moved(line) {
  const all = lines(line);
  all.forEach((each, place) => {
    each.querySelector("button[name=up]").disabled = place === 0;
    each.querySelector("button[name=down]").disabled = place === all.length - 1;
  });
  const said = list(line).parentElement.querySelector("[data-order-said]");
  said.textContent = said.dataset.orderSaid
    .replace("{name}", line.querySelector("label").textContent.trim())
    .replace("{place}", all.indexOf(line) + 1)
    .replace("{number}", all.length);
}
