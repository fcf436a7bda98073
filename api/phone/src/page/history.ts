/** The history of the session: what was kept, newest first, and what has become of it. */

import type { Kept } from "./store.ts";

/** What a row shows: what is kept here, or a number, which the server has stored at once. */
export type Shown = Kept & { number?: { text: string; isRight: boolean } };

export class History {
  readonly #list: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #remove: (kept: Kept) => void;
  readonly #rows = new Map<string, HTMLLIElement>();
  readonly #shown = new Map<string, Shown>();

  constructor(list: HTMLElement, empty: HTMLElement, remove: (kept: Kept) => void) {
    this.#list = list;
    this.#empty = empty;
    this.#remove = remove;
  }

  /** Show one, or show it anew. */
  show(kept: Shown, isSent: boolean): void {
    let row = this.#rows.get(kept.key);
    if (!row) {
      row = document.createElement("li");
      this.#rows.set(kept.key, row);
      this.#list.prepend(row);
      row.append(thumbnail(kept.image), document.createElement("strong"), document.createElement("span"));
      row.children[2]!.className = "about";
      row.children[2]!.setAttribute("dir", "auto");
    }
    this.#shown.set(kept.key, kept);
    this.#empty.hidden = true;
    row.dataset.state = kept.problem ? "refused" : isSent ? "sent" : "waiting";
    row.children[1]!.textContent = kept.number?.text ?? kept.digit?.toString() ?? "–";
    row.children[2]!.textContent = about(kept, isSent);
    row.children[2]!.classList.toggle("sent", isSent);
    row.querySelector("button")?.remove();
    if (kept.problem) row.append(this.#remover(kept));
  }

  /** Take away what is not to be seen by whoever is signed in now. */
  only(isTheirs: (kept: Kept) => boolean): void {
    for (const [key, kept] of this.#shown) {
      if (isTheirs(kept)) continue;
      this.#drop(key);
    }
    this.#empty.hidden = this.#rows.size > 0;
  }

  /** Take one away, if it is shown. */
  remove(key: string): void {
    this.#drop(key);
    this.#empty.hidden = this.#rows.size > 0;
  }

  #drop(key: string): void {
    this.#rows.get(key)?.remove();
    this.#rows.delete(key);
    this.#shown.delete(key);
  }

  #remover(kept: Kept): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove";
    button.addEventListener("click", () => this.#remove(kept));
    return button;
  }
}

function thumbnail(image: Blob): HTMLImageElement {
  const shown = document.createElement("img");
  shown.alt = "";
  shown.src = URL.createObjectURL(image);
  shown.addEventListener("load", () => URL.revokeObjectURL(shown.src), { once: true });
  return shown;
}

function about(kept: Shown, isSent: boolean): string {
  const time = new Date(kept.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const label = kept.label === undefined ? "" : kept.label === null ? ", no digit" : `, is a ${kept.label}`;
  const said = kept.number?.isRight ? ", right" : label;
  const state = kept.problem ? `refused: ${kept.problem}` : isSent ? sent(kept) : "waits to be sent";
  return `${time}${said}, ${state}`;
}

function sent(kept: Kept): string {
  return kept.prediction ? "in the history" : "nothing was written on it, so that it was not stored";
}
