/** The connected components of a mask, as hwr_core/images/components.py has them. */

import { type Grey, round } from "./resize.ts";

export type Component = { area: number; left: number; top: number; right: number; bottom: number; inBorder: number; inCorner: boolean };
export type Components = { labels: Int32Array; all: Component[]; width: number; height: number };

/** Return the components of a mask, diagonal neighbours included; label 0 is the background, which is no component.
 *
 * `border` is the width of the image's border, `corner` the side of the squares in its corners, both as shares of its
 * shorter side: `inBorder` counts the pixels in the border, `inCorner` tells whether one lies in a corner. */
export function componentsOf(mask: Grey, border: number, corner: number): Components {
  const { width, height, pixels } = mask;
  const labels = new Int32Array(pixels.length);
  const all: Component[] = [];
  const rim = Math.max(2, round(border * Math.min(width, height)));
  const square = Math.max(2, round(corner * Math.min(width, height)));
  const waiting: number[] = [];
  for (let start = 0; start < pixels.length; start++) {
    if (!pixels[start] || labels[start]) continue;
    const found: Component = { area: 0, left: width, top: height, right: 0, bottom: 0, inBorder: 0, inCorner: false };
    const label = all.push(found);
    labels[start] = label;
    waiting.push(start);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const x = at % width;
      const y = (at - x) / width;
      add(found, x, y, x < rim || y < rim || x >= width - rim || y >= height - rim);
      found.inCorner ||= (x < square || x >= width - square) && (y < square || y >= height - square);
      for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
        for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
          const next = row * width + column;
          if (pixels[next] && !labels[next]) {
            labels[next] = label;
            waiting.push(next);
          }
        }
      }
    }
  }
  return { labels, all, width, height };
}

function add(component: Component, x: number, y: number, inBorder: boolean): void {
  component.area++;
  component.left = Math.min(component.left, x);
  component.right = Math.max(component.right, x);
  component.top = Math.min(component.top, y);
  component.bottom = Math.max(component.bottom, y);
  if (inBorder) component.inBorder++;
}

/** The longer side of a component as a share of the image's longer side. */
export function reach(component: Component, { width, height }: Components): number {
  const longer = Math.max(component.right - component.left, component.bottom - component.top) + 1;
  return longer / Math.max(width, height);
}

/** Widen what a mask shows by so many pixels to each side. */
export function dilate(mask: Grey, by: number): Grey {
  return along(along(mask, by, 1, mask.width, mask.height), by, mask.width, mask.height, mask.width);
}

function along(mask: Grey, by: number, step: number, length: number, lines: number): Grey {
  const pixels = new Uint8Array(mask.pixels.length);
  const next = step === 1 ? mask.width : 1;
  for (let line = 0; line < lines; line++) {
    for (let place = 0; place < length; place++) {
      if (!mask.pixels[line * next + place * step]) continue;
      const last = Math.min(place + by, length - 1);
      for (let at = Math.max(place - by, 0); at <= last; at++) pixels[line * next + at * step] = 255;
    }
  }
  return { ...mask, pixels };
}
