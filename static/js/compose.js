// "Log call" and the like (?compose=KIND#composer) open the box above the timeline at this kind.

function open(kind) {
  const form = document.getElementById("composer");
  const choice = form?.querySelector(`[name="kind"][value="${CSS.escape(kind)}"]`);
  if (!choice) return false;
  choice.checked = true;
  form.scrollIntoView({ block: "nearest" });
  const fields = [...form.querySelectorAll("textarea, input:not([type=hidden]):not([type=radio])")];
  fields.find((field) => field.checkVisibility())?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="?compose="]');
  const kind = link && new URLSearchParams(link.search).get("compose");
  if (kind && open(kind)) event.preventDefault();
});

const wanted = new URLSearchParams(location.search).get("compose");
if (wanted) open(wanted);
