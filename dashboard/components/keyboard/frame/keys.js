// Listens to the keys of the page around this frame, and tells its script of them: each once, in their order, however fast.
"use strict";

const FRAME = Math.random().toString(36).slice(2);
const PAGE = window.parent;

let wanted = new Set();
let waiting = []; // pressed, and not known to have been taken by the script
let last = 0;

const FIELDS = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true], [role=combobox]";
const MOVED_BY_ARROWS = "[type=radio], [role=radio], [role=slider], [role=tab], [role=option], [role=menuitem]";
const PRESSED_BY_ENTER = `button, a, summary, ${MOVED_BY_ARROWS}`;

function tell(type, more) {
  PAGE.postMessage({ isStreamlitMessage: true, type, ...more }, window.location.origin);
}

// A field, and what has the focus and is operated by this key itself, keeps it.
function belongsToAnother(event, name) {
  const focused = event.target instanceof PAGE.Element ? event.target : PAGE.document.body;
  return (
    focused.closest(FIELDS) !== null ||
    (name === "Enter" && focused.closest(PRESSED_BY_ENTER) !== null) ||
    (name.startsWith("Arrow") && focused.closest(MOVED_BY_ARROWS) !== null) ||
    PAGE.document.querySelector("[aria-modal=true]") !== null
  );
}

function onKey(event) {
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (!wanted.has(name) || event.ctrlKey || event.metaKey || event.altKey || belongsToAnother(event, name)) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation(); // the button that has this key as its shortcut would be pressed as well
  if (event.repeat) {
    return; // held down: nobody has looked at what the next one would be for
  }
  last += 1;
  waiting.push({ number: last, key: name });
  // All that wait are sent each time: where two of these messages become one, none of the keys is lost.
  tell("streamlit:setComponentValue", { value: { frame: FRAME, keys: waiting }, dataType: "json" });
}

window.addEventListener("message", (event) => {
  if (event.source !== PAGE || event.data.type !== "streamlit:render") {
    return;
  }
  const { keys, frame, taken } = event.data.args;
  wanted = new Set(keys);
  if (frame === FRAME) {
    waiting = waiting.filter((each) => each.number > taken);
  }
});
PAGE.addEventListener("keydown", onKey, true);
window.addEventListener("pagehide", () => PAGE.removeEventListener("keydown", onKey, true));
tell("streamlit:componentReady", { apiVersion: 1 });
tell("streamlit:setFrameHeight", { height: 0 });
