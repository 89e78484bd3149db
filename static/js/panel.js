// The admin panel follows the user's theme: what unfold kept in the browser gives way to it.
const classes = document.documentElement.classList;
const theme = ["dark", "light"].find((name) => classes.contains(name)) ?? "auto";
localStorage.setItem("_x_adminTheme", JSON.stringify(theme));
