// What is ticked off (<form data-tick>) looks done at once; it comes back when the server refuses.

const rowOf = (event) => event.detail.elt.closest?.("[data-tick]")?.closest("li");

document.addEventListener("htmx:beforeRequest", (event) => rowOf(event)?.classList.add("ticked"));
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => rowOf(event)?.classList.remove("ticked"));
}
