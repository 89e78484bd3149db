// A request of htmx that failed says so in a sentence; nothing on the page was changed.
// A lost session (401) needs nothing here: the server answers with HX-Redirect.

const texts = document.getElementById("toasts").dataset;
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, bad: true } }));
const BY_STATUS = {
  403: texts.forbidden,
  404: texts.missing,
  409: texts.conflict,
  413: texts.large,
  429: texts.often,
};

document.addEventListener("htmx:sendError", () => say(texts.network));
document.addEventListener("htmx:timeout", () => say(texts.network));
document.addEventListener("htmx:responseError", (event) => {
  say(BY_STATUS[event.detail.xhr.status] ?? texts.server);
});
