// A classic script of the admin panel, read before unfold's own.
{
  // The user's theme rules: what unfold kept in the browser gives way to it.
  const classes = document.documentElement.classList;
  const chosen = ["dark", "light"].find((name) => classes.contains(name)) ?? "auto";
  localStorage.setItem("_x_adminTheme", JSON.stringify(chosen));

  // htmx brings a style sheet of its own, and evaluates attributes: neither is needed nor allowed.
  const config = document.createElement("meta");
  config.name = "htmx-config";
  config.content = JSON.stringify({ includeIndicatorStyles: false, allowEval: false });
  document.head.append(config);

  // select2 names its boxes after what is chosen in them, which may be nothing: the label goes first.
  const nameBoxes = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const [label] = select.labels;
      const box = select.nextElementSibling?.querySelector(".select2-selection");
      const chosen = box?.querySelector(".select2-selection__rendered");
      if (!label || !chosen) continue;
      label.id ||= `${select.id}-label`;
      box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
      chosen.setAttribute("aria-labelledby", label.id);
    }
  };
  // Places that scroll are named in English by simplebar.
  const namePlaces = () => {
    const title = document.querySelector("h1")?.textContent.trim();
    for (const place of document.querySelectorAll(".simplebar-content-wrapper")) {
      if (title) place.setAttribute("aria-label", title);
    }
  };
  // jQuery calls in the order of asking, so this comes after select2's own beginning.
  document.addEventListener("DOMContentLoaded", () => window.django?.jQuery?.(nameBoxes));
  window.addEventListener("load", namePlaces);
}
