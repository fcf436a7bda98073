/** The page: puts sheet, reading, outbox and history together. */

import type { Answer } from "../reader/decide.ts";
import { CannotRead, Device } from "./device.ts";
import { History } from "./history.ts";
import { type Model, NoModel, storedOrServed, update } from "./model.ts";
import { WrittenNumber } from "./number.ts";
import { type Change, Outbox, type State } from "./outbox.ts";
import { Reading } from "./reading.ts";
import { Refused, SignedOut, Unreachable } from "./server.ts";
import { Sheet, type Stroke } from "./sheet.ts";
import { type Kept, newKey, openStore, type Store } from "./store.ts";
import { inWords, others, percent } from "./words.ts";

declare const PAGE_VERSION: string;
const NUMBER_AFTER = 500; // milliseconds without a stroke after which a number is read
const SPOKEN_AFTER = 700; // milliseconds after which a screen reader is told of an answer, not of each on the way

const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const [right, wrong, keep, clear] = ["right", "wrong", "keep", "clear"].map((id) => element<HTMLButtonElement>(id)) as
  [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
const keys = element("keys"), digit = element("digit"), words = element("words");

let isNumber = false;
let answer: Answer | null = null;
let photo: Kept | null = null; // the photo that the answer is about, where it is about one
let state: State = navigator.onLine ? "online" : "offline";
let readBy = "";
let starting: Promise<void> | null = null;
let timer = 0, speaking = 0;

const sheet = new Sheet(element("sheet"), drawn, lifted);
const reading = new Reading(sheet, show);
const number = new WrittenNumber();

function drawn(time: number): void {
  if (photo || isNumber) forget();
  element("hint").hidden = true;
  clear.disabled = false;
  clearTimeout(timer);
  if (isNumber) return;
  keep.disabled = false; // also while nothing is known of it
  void reading.changed(time);
}

function lifted(): void {
  if (isNumber) timer = setTimeout(() => void showNumber(sheet.file()), NUMBER_AFTER);
}

function show(found: Answer | null): void {
  answer = found;
  const readable = found && found.verdict !== "no_ink";
  digit.textContent = found?.digit?.toString() ?? (readable ? "–" : "");
  digit.classList.toggle("unsure", found?.verdict === "unsure");
  say(found ? inWords(found) : "It will be read by the server: keep it.");
  element("others").textContent = found ? others(found) : "";
  right.disabled = !readable;
  wrong.disabled = found?.verdict === "no_ink";
  keep.disabled = found?.verdict === "no_ink" || photo !== null;
}

/** Show words, and have them spoken once they stay. */
function say(text: string): void {
  words.setAttribute("aria-busy", "true");
  words.textContent = text;
  clearTimeout(speaking);
  speaking = setTimeout(() => words.removeAttribute("aria-busy"), SPOKEN_AFTER);
}

function notice(text: string): void {
  element("notice").textContent = text;
}

function forget(): void {
  photo = answer = null;
  number.forget();
  digit.textContent = words.textContent = element("others").textContent = "";
  for (const each of [right, wrong, keep]) each.disabled = true;
  openKeys(false);
}

function wipe(): void {
  clearTimeout(timer);
  sheet.clear();
  forget();
  clear.disabled = true;
  element("hint").hidden = false;
}

function openKeys(open: boolean): void {
  keys.hidden = !open;
  wrong.setAttribute("aria-expanded", String(open));
  if (open) keys.querySelector("button")?.focus();
}

async function showNumber(image: Promise<Blob>): Promise<void> {
  say("Reading …");
  try {
    const found = await number.read(image);
    if (!found) return;
    const { text, confidence, accept } = found;
    digit.textContent = text || "–";
    digit.classList.toggle("unsure", !accept);
    say(text ? `${text}, ${percent(confidence)} sure${accept ? "" : ": check it"}` : "No digits were found");
    right.disabled = keep.disabled = !text;
  } catch (error) {
    digit.textContent = "";
    say(reasonOf(error, "Numbers are read by the server, which cannot be reached at present."));
  }
}

/** Have the server store the number. This device keeps none: it stays on the sheet until the server has it. */
async function keepNumber(isRight: boolean): Promise<void> {
  const asked = number.image;
  if (!asked) return; // no digits were found
  right.disabled = keep.disabled = true;
  notice("");
  try {
    const { image, text, prediction } = await number.keep(isRight);
    history.show({ ...made({ image, kind: "drawing", digit: null }), prediction, number: { text, isRight } }, true);
    if (number.isAbout(image)) wipe(); // else the next one is under way
  } catch (error) {
    if (number.isAbout(asked)) {
      right.disabled = keep.disabled = false;
      notice(reasonOf(error, "Numbers are kept by the server, which did not answer. It is still here: try again."));
    } else {
      notice(reasonOf(error, "The number before this one was not kept: the server did not answer."));
    }
  }
}

function reasonOf(error: unknown, unreachable: string): string {
  if (error instanceof SignedOut) return "Sign in first.";
  if (error instanceof Refused) return error.message;
  if (error instanceof Unreachable) return unreachable;
  throw error;
}

/** Keep what is on the sheet, with what the user says of it: undefined for nothing, null for no digit. */
async function keepDrawing(label?: number | null): Promise<void> {
  const said = label === undefined ? {} : { label };
  const [judged, read, image, drawn] = [photo, answer?.digit ?? null, sheet.file(), sheet.drawn];
  wipe(); // at once: the next digit may be under way before this one is stored
  if (!judged) {
    const kept = made({ image: await image, kind: "drawing", digit: read, ...said });
    if (!(await add(kept)) && sheet.isEmpty) putBack(drawn);
  } else if (label !== undefined) {
    await outbox.label({ ...judged, label }, label);
  }
}

function putBack(drawn: readonly Stroke[]): void {
  sheet.restore(drawn);
  clear.disabled = false;
  element("hint").hidden = true;
  void reading.changed(performance.now());
}

function made(given: Pick<Kept, "image" | "kind" | "digit" | "label">): Kept {
  return { ...given, key: newKey(), owner: outbox.user?.user_id ?? null, at: new Date().toISOString() };
}

/** Keep one; false, and why, where this device cannot. */
async function add(kept: Kept): Promise<boolean> {
  try {
    await outbox.keep(kept);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const why = error.name === "QuotaExceededError" ? "it has no room left" : error.message;
    notice(`This device cannot keep it: ${why}.`);
    return false;
  }
  void navigator.storage?.persist?.(); // else the browser may clear what waits when the device runs full
  return true;
}

async function countWaiting(): Promise<void> {
  const all = (await store.all()).filter((kept) => !kept.problem);
  const others = all.filter(({ owner }) => owner !== null && outbox.user !== null && owner !== outbox.user.user_id);
  const ours = all.length - others.length;
  const parts = [
    ours ? `${ours} to be sent ${state === "signed-out" ? "once you sign in" : "when the server can be reached"}.` : "",
    others.length ? `${others.length} of another user: sent when they sign in.` : "",
  ];
  element("waiting").textContent = parts.join(" ").trim();
}

async function changed({ kept, now }: Change): Promise<void> {
  if (now === "removed") history.remove(kept.key);
  else if (outbox.isOurs(kept)) history.show(kept, now === "done" && !kept.problem);
  await countWaiting();
  if (now !== "done" || photo?.key !== kept.key) return;
  photo = kept;
  const verdict = kept.digit !== null ? "digit" : kept.prediction ? "not_a_digit" : "no_ink";
  digit.textContent = kept.digit?.toString() ?? "–";
  say(kept.problem ?? (kept.digit !== null ? `The photo shows a ${kept.digit}` : "No digit was found on the photo"));
  right.disabled = wrong.disabled = !kept.prediction;
  answer = { verdict, digit: kept.digit, confidence: 0, probabilities: [] };
}

function told(now: State): void {
  state = now;
  element("sign-in").hidden = now !== "signed-out";
  const where = { online: "Connected.", offline: "Without a network.", "signed-out": "Not signed in." }[now];
  element("state").textContent = `${where} ${readBy} Page ${PAGE_VERSION}.`;
  if (now === "online") history.only((kept) => outbox.isOurs(kept));
  void countWaiting();
  if (now === "online" && !reading.device) void startReading();
}

async function choosePhoto(input: HTMLInputElement): Promise<void> {
  const [file] = input.files ?? [];
  input.value = "";
  if (!file) return;
  wipe();
  clear.disabled = false;
  element("hint").hidden = true;
  if (isNumber) return showNumber(Promise.resolve(file));
  say(state === "online" ? "Reading the photo …" : "The photo is read when the server can be reached.");
  photo = made({ image: file, kind: "photo", digit: null });
  if (!(await add(photo))) wipe();
}

function setMode(wide: boolean): void {
  isNumber = wide;
  element("mode-digit").setAttribute("aria-pressed", String(!wide));
  element("mode-number").setAttribute("aria-pressed", String(wide));
  element("hint").textContent = wide ? "Write a number" : "Write a digit";
  document.querySelector(".sheet")!.classList.toggle("wide", wide);
  wrong.hidden = wide; // what a number really is, is said on the Numbers page
  sheet.digits = wide ? 3 : 1;
  wipe();
}

/** Start to read on this device, unless it does; until then, and where that fails, the server reads. */
function startReading(): Promise<void> {
  starting ??= start().finally(() => { starting = null; });
  return starting;
}

async function start(): Promise<void> {
  let model: Model | null = null;
  try {
    model = await storedOrServed();
    reading.device = await Device.of(model);
  } catch (error) {
    if (!(error instanceof NoModel || error instanceof CannotRead)) throw error;
    readBy = "Read by the server.";
    if (error instanceof CannotRead) notice(`This device cannot read by itself: ${error.message}`);
    if (model) await fetchNext(model); // perhaps the one that is served now can be read by
    return;
  }
  const { version } = model.info;
  readBy = `Read on this device by model ${version}.`;
  nameUpdate("hwr-model", version, `Now read by model ${version}.`);
  told(state);
  await fetchNext(model);
}

async function fetchNext({ info }: Model): Promise<void> {
  try {
    const next = await update(info);
    if (next) notice(`Model ${next} was fetched: it reads from the next start on.`);
  } catch (error) {
    if (!(error instanceof NoModel)) throw error; // the next start will try again
  }
}

function nameUpdate(key: string, now: string, words: string): void {
  const before = localStorage.getItem(key);
  localStorage.setItem(key, now);
  if (before !== null && before !== now) notice(`${element("notice").textContent} ${words}`.trim()); // page and model
}

for (const value of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, null]) {
  const key = document.createElement("button");
  key.type = "button";
  key.textContent = value === null ? "Not a digit" : String(value);
  key.addEventListener("click", () => void keepDrawing(value));
  keys.append(key);
}
right.addEventListener("click", () => void (isNumber ? keepNumber(true) : keepDrawing(answer?.digit ?? null)));
wrong.addEventListener("click", () => openKeys(keys.hidden !== false));
keep.addEventListener("click", () => void (isNumber ? keepNumber(false) : keepDrawing()));
clear.addEventListener("click", wipe);
element("mode-digit").addEventListener("click", () => setMode(false));
element("mode-number").addEventListener("click", () => setMode(true));
element<HTMLInputElement>("photo").addEventListener("change", (event) => {
  void choosePhoto(event.target as HTMLInputElement);
});
addEventListener("unhandledrejection", ({ reason }) => notice(`Something went wrong: ${reason?.message ?? reason}`));
addEventListener("keydown", (event) => { if (event.key === "Escape") keys.hidden ? wipe() : openKeys(false); });

// Opened as /m: what is installed or bookmarked is /m/, which works without a network.
if (!location.pathname.endsWith("/")) window.history.replaceState(null, "", "./");

const store: Store = await openStore().catch((error: unknown) => {
  notice("This browser lets the page store nothing, as in a private window: nothing can be read or kept here.");
  throw error;
});
const history = new History(element("history"), element("empty"), (kept) => void outbox.remove(kept));
const outbox = new Outbox(store, (change) => void changed(change), told);
for (const kept of (await store.all()).filter((each) => outbox.isOurs(each))) {
  const { problem, ...again } = kept;
  if (problem) await store.put(again); // a new start is a new try
  history.show(again, false);
}
nameUpdate("hwr-page", PAGE_VERSION, `This page was updated to ${PAGE_VERSION}.`);
told(state);
if ("serviceWorker" in navigator) {
  let isFirst = navigator.serviceWorker.controller === null; // of this page, which was never stored before
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!isFirst) notice("A new version of this page was fetched: it is used from the next start on.");
    isFirst = false;
  });
  navigator.serviceWorker.register("sw.js").catch(() => {
    notice("This browser does not let the page work without a network: it may not trust the server's certificate.");
  });
}
void startReading();
void outbox.send();
