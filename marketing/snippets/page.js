/* Tells Renmai which pages of this website are visited. Nothing is told where the browser asks not to be followed. */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || navigator.globalPrivacyControl || navigator.doNotTrack === "1") return;
  var base = new URL(script.src).origin;
  var address = new URL(location.href);
  var token = address.searchParams.get("rm") || "";
  if (token) {
    address.searchParams.delete("rm");
    history.replaceState(history.state, "", address);
  }
  function visitor() {
    try {
      var key = localStorage.getItem("renmai");
      if (!key) {
        key = crypto.randomUUID();
        localStorage.setItem("renmai", key);
      }
      return key;
    } catch (error) {
      return null;
    }
  }
  function tell() {
    var key = visitor();
    if (!key) return;
    var told = JSON.stringify({ visitor: key, url: address.href, title: document.title, token: token });
    if (!navigator.sendBeacon(base + "/m/visit/", told)) {
      fetch(base + "/m/visit/", { method: "POST", body: told, keepalive: true, mode: "no-cors" });
    }
    document.querySelectorAll("input[name=renmai-visitor]").forEach(function (field) { field.value = key; });
  }
  /* With data-consent the page calls window.renmai() once the visitor has agreed. */
  window.renmai = tell;
  if (!script.hasAttribute("data-consent")) tell();
})();
