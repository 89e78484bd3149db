// The box above a timeline. "/" and a word in the empty text choose a kind ("/call "), Ctrl+Enter
// saves, and whoever chooses a kind by key or pointer goes on writing in its first field.

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form || !event.target.matches("textarea")) return;
  const command = /^\/(\S+)\s/.exec(event.target.value);
  const kind = command && kindCalled(form, command[1].toLocaleLowerCase());
  if (!kind) return;
  event.target.value = event.target.value.slice(command[0].length);
  kind.checked = true;
  goTo(form);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("[data-composer]");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// Not from the radio button itself: arrow keys walk through the kinds.
document.addEventListener("click", (event) => {
  const label = event.target.closest("[data-composer] .composer-kinds label");
  if (label && !event.target.matches("input")) setTimeout(() => goTo(label.closest("form")));
});

function kindCalled(form, word) {
  const kinds = [...form.querySelectorAll('[name="kind"]')];
  return kinds.find((kind) => kind.dataset.words.toLocaleLowerCase().split(" ").includes(word));
}

function goTo(form) {
  const fields = [...form.querySelectorAll("input:not([type=radio]):not([type=hidden]), textarea")];
  const subject = fields.find((field) => field.name === "subject" && field.checkVisibility());
  (subject ?? form.querySelector("textarea"))?.focus();
}
