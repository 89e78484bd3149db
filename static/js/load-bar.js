// The two pixels on top that move while htmx waits longer than 300 ms. The end is the request's own:
// what was replaced meanwhile tells nobody.

const bar = document.getElementById("load-bar");
let waiting = 0;
let timer;

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  waiting += 1;
  if (waiting === 1) timer = setTimeout(() => bar.classList.add("on"), 300);
  detail.xhr.addEventListener("loadend", done, { once: true });
});

function done() {
  waiting -= 1;
  if (waiting > 0) return;
  clearTimeout(timer);
  bar.classList.remove("on");
}
