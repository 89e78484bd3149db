// Behaviour of every page. Each module listens on the document, so parts that htmx swaps in need
// no set-up of their own. The texts come from the page (core/shell/messages.html), never from here.
import "./theme.js";
import "./submit.js";
import "./toasts.js";
import "./failures.js";
import "./load-bar.js";
import "./dialogs.js";
import "./selection.js";
import "./hotkeys.js";
import "./drop.js";
import "./copy.js";
