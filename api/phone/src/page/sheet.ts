/** The sheet: a finger, a pen or a mouse draws on it; what the reader gets is drawn beside it in its own size. */

import type { Grey } from "../reader/resize.ts";

export type Point = [x: number, y: number];
type Dot = { x: number; y: number; width: number };
export type Stroke = { pointer: string; dots: Dot[] };

const SIDE = 280; // of the sheet, in its own unit: what the live channel takes for granted
const BORDER = 20; // white around what is read, so that no stroke touches its edge
const PEN = SIDE / 20;
const PALM = 60; // CSS pixels: no fingertip is as wide
const PEN_STAYS = 1500; // milliseconds after a pen in which a touch is taken for its hand

export class Sheet {
  readonly #canvas: HTMLCanvasElement;
  readonly #shown: CanvasRenderingContext2D;
  readonly #read: CanvasRenderingContext2D;
  readonly #changed: (time: number) => void;
  readonly #lifted: () => void;
  #strokes: Stroke[] = [];
  #pointer: number | null = null;
  #penAt = -Infinity;
  #width = SIDE;

  /** `changed` is called at each move with the time of its event, `lifted` when the pen leaves the sheet. */
  constructor(canvas: HTMLCanvasElement, changed: (time: number) => void, lifted: () => void) {
    this.#canvas = canvas;
    this.#shown = context(canvas);
    this.#read = context(document.createElement("canvas"), { willReadFrequently: true });
    this.#changed = changed;
    this.#lifted = lifted;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    // Where there is the raw event it comes at once, the other with the next frame.
    const move = "onpointerrawupdate" in canvas ? "pointerrawupdate" : "pointermove";
    canvas.addEventListener(move, (event) => this.#move(event as PointerEvent));
    for (const end of ["pointerup", "pointercancel"] as const) canvas.addEventListener(end, (event) => this.#up(event));
    for (const touch of ["touchstart", "touchmove"] as const) {
      canvas.addEventListener(touch, (event) => event.preventDefault(), { passive: false }); // Safari scrolls otherwise
    }
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0;
  }

  /** Make the sheet as wide as one digit, or as three. */
  set digits(digits: 1 | 3) {
    this.#width = SIDE * digits;
    this.clear();
  }

  /** What is drawn, to be drawn again by `restore`. */
  get drawn(): readonly Stroke[] {
    return this.#strokes;
  }

  restore(drawn: readonly Stroke[]): void {
    this.#strokes = [...drawn];
    this.#fit();
  }

  clear(): void {
    this.#strokes = [];
    this.#pointer = null;
    this.#fit();
  }

  /** What is drawn, grey levels, dark on white, with a white border. */
  drawing(): Grey {
    const { width, height } = this.#read.canvas;
    const colours = this.#read.getImageData(0, 0, width, height).data;
    const pixels = new Uint8Array(width * height);
    for (let at = 0; at < pixels.length; at++) pixels[at] = colours[4 * at]!;
    return { width, height, pixels };
  }

  /** The same as a PNG file: the server reads the very pixels that were read here. */
  file(): Promise<Blob> {
    return new Promise((resolve, reject) => {
      this.#read.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The drawing is too large."))));
    });
  }

  /** The strokes, for the live channel. */
  strokes(): { strokes: Point[][]; width: number; height: number } {
    const strokes = this.#strokes.map(({ dots }) => dots.map(({ x, y }): Point => [x, y]));
    return { strokes, width: this.#width, height: SIDE };
  }

  #down(event: PointerEvent): void {
    if (event.pointerType === "pen") this.#dropTouches();
    if (this.#pointer !== null || !event.isPrimary || event.button !== 0 || this.#isPalm(event)) return;
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#strokes.push({ pointer: event.pointerType, dots: [] });
    this.#add(event);
  }

  #move(event: PointerEvent): void {
    if (event.pointerType === "pen") this.#penAt = event.timeStamp;
    if (event.pointerId !== this.#pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.#add(each);
  }

  #up(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#lifted();
  }

  #isPalm(event: PointerEvent): boolean {
    if (event.pointerType !== "touch") return false;
    return event.timeStamp - this.#penAt < PEN_STAYS || Math.max(event.width, event.height) > PALM;
  }

  /** A pen has come down: what its hand has drawn meanwhile goes. */
  #dropTouches(): void {
    if (this.#pointer === null || this.#strokes.at(-1)?.pointer !== "touch") return;
    this.#strokes.pop();
    this.#pointer = null;
    this.#fit();
  }

  #add(event: PointerEvent): void {
    const box = this.#canvas.getBoundingClientRect();
    const edge = this.#canvas.clientLeft;
    const scale = this.#width / this.#canvas.clientWidth;
    const x = Math.min(Math.max((event.clientX - box.left - edge) * scale, 0), this.#width);
    const y = Math.min(Math.max((event.clientY - box.top - edge) * scale, 0), SIDE);
    const width = event.pointerType === "pen" && event.pressure ? PEN * (0.6 + 0.8 * event.pressure) : PEN;
    const { dots } = this.#strokes.at(-1)!;
    dots.push({ x, y, width });
    for (const each of [this.#shown, this.#read]) segment(each, dots, dots.length - 1);
    this.#changed(event.timeStamp);
  }

  /** Draw everything anew: the canvas has another size, or a stroke has gone. */
  #fit(): void {
    const across = this.#canvas.clientWidth || SIDE;
    const pixels = Math.round(across * Math.min(devicePixelRatio || 1, 3));
    blank(this.#shown, pixels, Math.round((pixels * SIDE) / this.#width));
    this.#shown.scale(pixels / this.#width, pixels / this.#width);
    blank(this.#read, this.#width + 2 * BORDER, SIDE + 2 * BORDER);
    // Cut off at the sheet's edge: the border has to stay white.
    this.#read.beginPath();
    this.#read.rect(BORDER, BORDER, this.#width, SIDE);
    this.#read.clip();
    this.#read.translate(BORDER, BORDER);
    for (const each of [this.#shown, this.#read]) {
      each.lineCap = each.lineJoin = "round";
      for (const { dots } of this.#strokes) dots.forEach((_, at) => segment(each, dots, at));
    }
  }
}

function context(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings): CanvasRenderingContext2D {
  const found = canvas.getContext("2d", settings);
  if (!found) throw new Error("This browser cannot draw.");
  return found;
}

function blank(on: CanvasRenderingContext2D, width: number, height: number): void {
  on.canvas.width = width; // which also clears it and forgets scale and clip
  on.canvas.height = height;
  on.fillStyle = "#ffffff";
  on.fillRect(0, 0, width, height);
}

function segment(on: CanvasRenderingContext2D, dots: Dot[], at: number): void {
  const to = dots[at]!;
  const from = dots[at - 1] ?? to;
  on.strokeStyle = "#000000";
  on.lineWidth = to.width;
  on.beginPath();
  on.moveTo(from.x, from.y);
  on.lineTo(to.x, to.y);
  on.stroke();
}
