/** The history of the session: what was kept, newest first, and what has become of it. */

import type { Kept } from "./store.ts";

export class History {
  readonly #list: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #remove: (kept: Kept) => void;
  readonly #rows = new Map<string, HTMLLIElement>();
  readonly #shown = new Map<string, Kept>();

  constructor(list: HTMLElement, empty: HTMLElement, remove: (kept: Kept) => void) {
    this.#list = list;
    this.#empty = empty;
    this.#remove = remove;
  }

  /** Show one, or show it anew. */
  show(kept: Kept, isSent: boolean): void {
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
    row.children[1]!.textContent = kept.digit === null ? "–" : String(kept.digit);
    row.children[2]!.textContent = about(kept, isSent);
    row.children[2]!.classList.toggle("sent", isSent);
    row.querySelector("button")?.remove();
    if (kept.problem) row.append(this.#remover(kept, row));
  }

  /** Take away what is not to be seen by whoever is signed in now. */
  only(isTheirs: (kept: Kept) => boolean): void {
    for (const [key, kept] of this.#shown) {
      if (isTheirs(kept)) continue;
      this.#rows.get(key)?.remove();
      this.#rows.delete(key);
      this.#shown.delete(key);
    }
    this.#empty.hidden = this.#rows.size > 0;
  }

  #remover(kept: Kept, row: HTMLElement): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove";
    button.addEventListener("click", () => {
      row.remove();
      this.#rows.delete(kept.key);
      this.#shown.delete(kept.key);
      this.#remove(kept);
    });
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

function about(kept: Kept, isSent: boolean): string {
  const time = new Date(kept.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const said = kept.label === undefined ? "" : kept.label === null ? ", no digit" : `, is a ${kept.label}`;
  const state = kept.problem ? `refused: ${kept.problem}` : isSent ? sent(kept) : "waits to be sent";
  return `${time}${said}, ${state}`;
}

function sent(kept: Kept): string {
  return kept.prediction ? "in the history" : "nothing was written on it, so that it was not stored";
}
