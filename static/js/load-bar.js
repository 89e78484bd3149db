// The two pixels on top that move while htmx waits longer than 300 ms.

const bar = document.getElementById("load-bar");
let waiting = 0;
let timer;

document.addEventListener("htmx:beforeRequest", () => {
  waiting += 1;
  if (waiting === 1) timer = setTimeout(() => bar.classList.add("on"), 300);
});
document.addEventListener("htmx:afterRequest", () => {
  waiting = Math.max(waiting - 1, 0);
  if (waiting > 0) return;
  clearTimeout(timer);
  bar.classList.remove("on");
});
