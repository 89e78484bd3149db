// A board: [data-board] with lists (data-stage, data-kind, data-name) of cards (data-deal, data-stage, data-move).
// A card is dragged by the mouse, or by a finger after a moment; Shift and an arrow move the one with the focus,
// arrows alone go from card to card, M asks for the stage. It moves at once; the server answers with both heads and the
// card, or that somebody was quicker (event "dealPlaced"). What fails puts it back. A list that closes deals
// (data-kind "won", "lost") asks first, by the dialog at data-move.

const BEGINS = 6; // pixels until a press is a drag
const HELD = 350; // milliseconds that a finger rests first
const EDGE = 48;
const OWN = "button, input, .kb-mover";

let press = null; // a pointer that is down on a card
let drag = null; // a card on its way
const moved = new Map(); // number of a deal: where its card stood, until the server has answered
let asked = null; // the card whose dialog is open

const board = () => document.querySelector("[data-board]");
const cardOf = (element) => element?.closest?.("[data-board] .kb-card[data-deal]");
const listOf = (card) => card.closest(".kb-list");
const listsOf = () => [...board().querySelectorAll(".kb-list")];
const isMovable = (card) => Boolean(card?.dataset.move);
const linkOf = (card) => card.querySelector("a.name");

// -- moving -----------------------------------------------------------------------------------------

function moveTo(card, list) {
  const from = listOf(card);
  if (from === list || moved.has(card.dataset.deal)) return;
  const hasFocus = card.contains(document.activeElement);
  moved.set(card.dataset.deal, { list: from, next: card.nextElementSibling, hasFocus });
  put(card, list, list.firstElementChild, hasFocus);
  card.classList.add("on-its-way");
  if (list.dataset.kind === "open") send(card, list);
  else ask(card, list);
}

function put(card, list, before, hasFocus) {
  list.insertBefore(card, before?.parentElement === list ? before : null);
  if (!hasFocus) return;
  linkOf(card).focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function putBack(card) {
  const home = moved.get(card.dataset.deal);
  if (!home) return;
  moved.delete(card.dataset.deal);
  card.classList.remove("on-its-way");
  put(card, home.list, home.next, home.hasFocus);
}

function send(card, list) {
  const address = document.getElementById("board-address").value;
  const values = { stage: list.dataset.stage, seen: card.dataset.stage, board: address };
  htmx.ajax("POST", card.dataset.move, { source: card, swap: "none", values });
}

function ask(card, list) {
  asked = card.dataset.deal;
  const address = document.getElementById("board-address").value;
  const values = { stage: list.dataset.stage, board: address };
  htmx.ajax("GET", card.dataset.move, { source: card, target: "#list-dialog", swap: "innerHTML", values });
}

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const card = cardOf(event.detail.elt);
    if (card) putBack(card);
    if (card?.dataset.deal === asked) asked = null;
  });
}

// The dialog was closed without an answer: nothing has moved.
document.addEventListener("close", (event) => {
  if (!event.target.closest("#list-dialog") || asked === null) return;
  const card = document.getElementById(`deal-${asked}`);
  asked = null;
  if (card) putBack(card);
}, { capture: true });

document.addEventListener("dealPlaced", ({ detail: { deal, stage } }) => {
  const card = document.getElementById(`deal-${deal}`);
  const home = moved.get(String(deal));
  moved.delete(String(deal));
  asked = null;
  document.querySelector("#list-dialog dialog[open]")?.close();
  if (!board() || !card) return;
  const list = document.getElementById(`kb-list-${stage}`);
  const hasFocus = home?.hasFocus || card.contains(document.activeElement);
  if (list && listOf(card) !== list) put(card, list, home?.list === list ? home.next : list.firstElementChild, false);
  if (hasFocus) refocus(deal);
});

// The server's card replaces the one at hand; the focus stays on it.
function refocus(deal) {
  document.addEventListener("htmx:afterSettle", () => {
    const link = document.querySelector(`#deal-${deal} a.name`);
    link?.focus({ preventScroll: true });
    link?.closest(".kb-card").scrollIntoView({ block: "nearest", inline: "nearest" });
  }, { once: true });
}

// -- keyboard ---------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

document.addEventListener("keydown", (event) => {
  if (drag && event.key === "Escape") {
    event.preventDefault();
    cancel();
    return;
  }
  const card = cardOf(event.target);
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  if (handle(card, event)) event.preventDefault();
}, { capture: true });

function handle(card, event) {
  const lists = listsOf();
  const place = lists.indexOf(listOf(card));
  if (event.key in STEPS && event.shiftKey) {
    const list = lists[place + STEPS[event.key]];
    if (list && isMovable(card)) moveTo(card, list);
    return true;
  }
  if (event.shiftKey) return false;
  if (event.key in STEPS) return beside(lists, place, STEPS[event.key], card);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = event.key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling;
    focusOn(next);
    return true;
  }
  const isHot = document.documentElement.dataset.hotkeys !== "off";
  if (isHot && event.key.toLowerCase() === "m" && isMovable(card)) {
    card.querySelector(".kb-mover").click();
    return true;
  }
  return false;
}

// The card of the next list that has any, as high as this one.
function beside(lists, place, step, card) {
  const height = card.getBoundingClientRect().top;
  for (let next = place + step; next >= 0 && next < lists.length; next += step) {
    const cards = [...lists[next].querySelectorAll(".kb-card")];
    if (!cards.length) continue;
    focusOn(cards.findLast((each) => each.getBoundingClientRect().top <= height + 4) ?? cards[0]);
    break;
  }
  return true;
}

function focusOn(card) {
  if (!card?.matches(".kb-card")) return;
  linkOf(card).focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// -- pointers ---------------------------------------------------------------------------------------

document.addEventListener("pointerdown", (event) => {
  const card = cardOf(event.target);
  if (!isMovable(card) || event.button !== 0 || event.target.closest(OWN) || moved.has(card.dataset.deal)) return;
  press = { card, id: event.pointerId, x: event.clientX, y: event.clientY, isTouch: event.pointerType === "touch" };
  if (press.isTouch) press.timer = setTimeout(() => lift(press.x, press.y), HELD);
});

document.addEventListener("pointermove", (event) => {
  if (drag) {
    follow(event.clientX, event.clientY);
    return;
  }
  if (!press || event.pointerId !== press.id) return;
  const isFar = Math.hypot(event.clientX - press.x, event.clientY - press.y) > BEGINS;
  if (!isFar) return;
  if (press.isTouch) release(); // a finger that moves at once scrolls
  else lift(event.clientX, event.clientY);
});

document.addEventListener("pointerup", () => { if (drag) drop(); else release(); });
document.addEventListener("pointercancel", () => { if (drag) cancel(); else release(); });
document.addEventListener("dragstart", (event) => { if (cardOf(event.target)) event.preventDefault(); });
document.addEventListener("touchmove", (event) => { if (drag) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (drag) event.preventDefault(); });

function release() {
  clearTimeout(press?.timer);
  press = null;
}

function lift(x, y) {
  const { card } = press;
  const box = card.getBoundingClientRect();
  const copy = card.cloneNode(true);
  copy.removeAttribute("id");
  copy.inert = true;
  copy.classList.add("dragging");
  copy.style.width = `${box.width}px`;
  const ghost = document.createElement("li");
  ghost.className = "kb-card ghost";
  drag = { card, copy, ghost, dx: press.x - box.left, dy: press.y - box.top, list: listOf(card) };
  release();
  document.body.append(copy);
  card.classList.add("lifted");
  document.documentElement.classList.add("is-dragging");
  getSelection()?.removeAllRanges();
  follow(x, y);
}

function follow(x, y) {
  drag.copy.style.left = `${x - drag.dx}px`;
  drag.copy.style.top = `${y - drag.dy}px`;
  scroll(x);
  const column = document.elementFromPoint(x, y)?.closest("[data-board] .kb-col");
  const list = column?.querySelector(".kb-list") ?? null;
  if (list === drag.list) return;
  drag.list = list;
  if (list && list !== listOf(drag.card)) list.prepend(drag.ghost);
  else drag.ghost.remove();
}

function scroll(x) {
  const box = board().getBoundingClientRect();
  if (x < box.left + EDGE) board().scrollLeft -= 14;
  else if (x > box.right - EDGE) board().scrollLeft += 14;
}

function drop() {
  const { card, list } = drag;
  cancel();
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }));
  if (list) moveTo(card, list);
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function cancel() {
  drag.copy.remove();
  drag.ghost.remove();
  drag.card.classList.remove("lifted");
  document.documentElement.classList.remove("is-dragging");
  drag = null;
}
