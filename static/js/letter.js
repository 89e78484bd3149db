// The editor of messages: the block with the focus is outlined and its settings stand on the right, personal fields go
// to where one was writing, ways off the page save first. Saving itself is htmx's.

const INPUTS = "input[name], textarea[name], trix-editor";
let last = null; // where one was writing
let isDirty = false;

const form = () => document.getElementById("letter");
const blockOf = (element) => element.closest?.("#letter-canvas [data-key]");

function select(block) {
  const chosen = form().elements.selected;
  if (chosen.value === block.dataset.key && block.classList.contains("sel")) return;
  chosen.value = block.dataset.key;
  document.querySelectorAll("#letter-canvas [data-key]").forEach((each) => each.classList.toggle("sel", each === block));
  document.querySelectorAll("[data-settings]").forEach((each) => {
    each.hidden = each.dataset.settings !== block.dataset.key;
  });
}

for (const kind of ["focusin", "pointerdown"]) {
  document.addEventListener(kind, (event) => {
    const block = form() && blockOf(event.target);
    if (block) select(block);
    if (event.target.matches?.(INPUTS) && form()?.contains(event.target)) last = event.target;
  });
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-insert]");
  if (!chip) return;
  insert(`{${chip.dataset.insert}|}`);
});

function insert(text) {
  const target = last?.isConnected ? last : form().elements.subject;
  if (target.editor) {
    target.focus();
    target.editor.insertString(text);
    return;
  }
  target.focus();
  const place = target.selectionStart + text.length - 1;
  target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
  target.setSelectionRange(place, place); // between the line and the brace: for whom the field is empty
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

// Files come through the dialog of pictures.
document.addEventListener("trix-file-accept", (event) => event.preventDefault());

for (const kind of ["input", "trix-change"]) {
  document.addEventListener(kind, (event) => {
    if (form()?.contains(event.target)) isDirty = true;
  });
}
document.addEventListener("letter-saved", () => { isDirty = false; });

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!isDirty || !link || link.target || event.metaKey || event.ctrlKey || link.closest(".mail")) return;
  if (link.origin !== location.origin) return;
  event.preventDefault();
  isDirty = false;
  htmx.ajax("POST", form().action, { source: form(), values: { do: `go:${link.pathname}${link.search}` } });
});
addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});
