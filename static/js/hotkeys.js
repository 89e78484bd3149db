// Single keys, for people who do not want the mouse. They can be switched off (WCAG 2.1.4).
//   data-hotkey="c"  a link or button is pressed, a field gets the focus
//   data-go="l"      G and then this letter opens the link
//                    (in a row of a table: while the row has the focus)
//   J K X O          walk, select and open the rows of the page's table

const CHORD = 1200;
let chordUntil = 0;

const ROWS = { j: () => walk(1), k: () => walk(-1), x: toggle, o: open };

document.addEventListener("keydown", (event) => {
  if (isTaken(event)) return;
  const key = event.key.toLowerCase();
  const isChord = Date.now() < chordUntil;
  chordUntil = 0;
  if (key === "g" && !isChord) {
    chordUntil = Date.now() + CHORD;
    return;
  }
  if (isChord ? go(key) : press(key)) event.preventDefault();
});

function isTaken(event) {
  return document.documentElement.dataset.hotkeys === "off"
    || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey
    || document.querySelector("dialog[open]") || isTyping(event.target);
}

function isTyping(element) {
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input") && !["checkbox", "radio", "button", "submit"].includes(element.type);
}

function go(key) {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  link?.click();
  return link !== null;
}

function press(key) {
  if (key === "?") {
    document.getElementById("hotkeys")?.showModal();
    return true;
  }
  if (key in ROWS && ROWS[key]()) return true;
  const all = [...document.querySelectorAll(`[data-hotkey="${CSS.escape(key)}"]`)];
  const row = current();
  // Keys of rows are those of the row with the focus, and come first.
  const targets = all.filter((element) => !element.closest(".row-acts") || row?.contains(element));
  const visible = targets.filter((element) => element.checkVisibility());
  const target = visible.find((element) => element.closest(".row-acts"))
    ?? visible.find((element) => element.closest("main")) ?? visible[0];
  if (target?.matches("input, textarea, select")) target.focus();
  else target?.click();
  return target !== undefined;
}

const rows = () => [...document.querySelectorAll("main .tbl tbody tr")]
  .filter((row) => row.querySelector("a.name"));
const current = () => document.activeElement?.closest("main .tbl tbody tr");

function walk(step) {
  const all = rows();
  const place = all.indexOf(current());
  const next = all[place < 0 ? 0 : place + step];
  next?.querySelector("a.name").focus();
  next?.scrollIntoView({ block: "nearest" });
  return all.length > 0;
}

function toggle() {
  const box = current()?.querySelector('input[type="checkbox"]');
  box?.click();
  return Boolean(box);
}

function open() {
  const link = current()?.querySelector("a.name");
  link?.click();
  return Boolean(link);
}
