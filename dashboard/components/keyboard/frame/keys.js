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
const CHOICES = "[role=radio], [role=tab]";

function tell(type, more) {
  PAGE.postMessage({ isStreamlitMessage: true, type, ...more }, window.location.origin);
}

let clicked = null; // the control that was last pressed by mouse or finger, and may still have the focus

// A control keeps its keys unless it has the focus from a click: whoever has chosen files goes on to what they show.
function keeps(control, released = PRESSED_BY_ENTER) {
  return control !== null && !(control === clicked && control.matches(released));
}

// A field, and what has the focus and is operated by this key itself, keeps it.
function belongsToAnother(event, name) {
  const focused = event.target instanceof PAGE.Element ? event.target : PAGE.document.body;
  return (
    focused.closest(FIELDS) !== null ||
    (name === "Enter" && keeps(focused.closest(PRESSED_BY_ENTER))) ||
    (name.startsWith("Arrow") && keeps(focused.closest(MOVED_BY_ARROWS), CHOICES)) ||
    PAGE.document.querySelector("[aria-modal=true]") !== null
  );
}

// The canvas's own toolbar is cut off by the style sheet: nobody comes by Tab to what cannot be seen.
function leaveOutToolbars() {
  for (const each of PAGE.document.querySelectorAll("[class*=st-key-draw_board_][class*=_sheet] *")) {
    each.shadowRoot?.querySelector(".dc-toolbar")?.toggleAttribute("inert", true);
  }
}

let tabbed = false; // whether what has the focus got it by the keyboard: after a click the keys are the page's again

function onFirstLook(event) {
  if (event.type === "pointerdown") {
    tabbed = false;
    clicked = event.target instanceof PAGE.Element ? event.target.closest(PRESSED_BY_ENTER) : null;
  } else if (event.key === "Tab") {
    tabbed = true;
    clicked = null;
    leaveOutToolbars(); // before the browser looks for what comes next
  }
}

// What was reached by Tab is pressed by Enter itself: no shortcut of another button, which listen further out.
function keepToItself(event) {
  const focused = event.target instanceof PAGE.Element ? event.target.closest("button, a, summary") : null;
  if (tabbed && event.key === "Enter" && focused !== null && focused.closest("[role=radio]") === null) {
    event.stopPropagation();
  }
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
const LISTENERS = [
  [PAGE, "keydown", onFirstLook, true],
  [PAGE, "pointerdown", onFirstLook, true],
  [PAGE, "keydown", onKey, true],
  [PAGE.document.body, "keydown", keepToItself, false],
];
LISTENERS.forEach(([place, ...how]) => place.addEventListener(...how));
window.addEventListener("pagehide", () => LISTENERS.forEach(([place, ...how]) => place.removeEventListener(...how)));
window.frameElement.tabIndex = -1; // nor to this frame, in which nothing is to be seen
tell("streamlit:componentReady", { apiVersion: 1 });
tell("streamlit:setFrameHeight", { height: 0 });
