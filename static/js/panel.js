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
}
