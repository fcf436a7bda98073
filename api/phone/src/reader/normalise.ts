/**
 * A drawing -> the 28 x 28 that the model reads: the stages of hwr_core/images/normalise.py that change a drawing.
 *
 * The others look for what a drawing on blank white does not have: an edge of ink, shading, ruled lines, a table
 * around the paper. tests/browser/phone/test_reading.py compares the two on a thousand drawings.
 */

import { type Component, componentsOf, type Components, dilate, reach } from "./components.ts";
import { enlarge, type Grey, grey, reduce, round } from "./resize.ts";

export const SIDE = 28;
const WORKING_SIDE = 192, BOX = 20;
const LEAST_CONTRAST = 10, LEAST_PIXELS = 5, LEAST_SHARE = 0.002;
const LEAST_THRESHOLD = 0.2, MOST_THRESHOLD = 0.35;
const SPECK_SHARE = 0.02, LEAST_REACH = 0.03;
const SHORT_STROKE = 2, NEAR = 0.9;
const CLUSTER_GAP = 0.012, CLUSTER_DENSITY = 0.3;
const FRAME_BORDER = 0.12, FRAME_SHARE = 0.7, LEAST_FRAMED_REACH = 0.25, CORNER = 0.08, STRAIGHT_FRAME = 0.15;
const WHITE = 255;

type Foreground = { strength: Grey; threshold: number };

/**
 * Return the 28 x 28 of a drawing, ink bright on black; null for one without ink.
 *
 * The drawing is dark on white (255), at least 56 pixels long, with a white edge, and wide enough a one that no stroke
 * reaches across: the sheet of the page has a twentieth of its side on each.
 */
export function normalise(drawing: Grey): Uint8Array | null {
  const found = binarise(working(drawing));
  const mask = found && clean(found);
  return mask && centre(fitToBox(cutOut(found, mask)));
}

function working(image: Grey): Grey {
  const factor = Math.ceil(Math.max(image.width, image.height) / WORKING_SIDE);
  const [width, height] = [Math.floor(image.width / factor), Math.floor(image.height / factor)];
  return factor === 1 ? image : reduce(image, Math.max(1, width), Math.max(1, height));
}

function binarise(image: Grey): Foreground | null {
  const strength = { ...image, pixels: image.pixels.map((level) => WHITE - level) };
  const counts = histogram(strength.pixels);
  const contrast = exceededBy(counts, Math.max(LEAST_PIXELS, round(strength.pixels.length * LEAST_SHARE)));
  if (contrast < LEAST_CONTRAST) return null;
  const least = Math.max(otsu(counts, strength.pixels.length), LEAST_THRESHOLD * contrast);
  return { strength, threshold: Math.min(least, MOST_THRESHOLD * contrast) };
}

function histogram(pixels: Uint8Array): Int32Array {
  const counts = new Int32Array(256);
  for (const level of pixels) counts[level]!++;
  return counts;
}

/** The highest level that at least so many pixels reach. */
function exceededBy(counts: Int32Array, pixels: number): number {
  let level = 255;
  for (let reached = counts[255]!; reached < pixels; reached += counts[level]!) level--;
  return level;
}

/** Otsu's threshold (1979). */
function otsu(counts: Int32Array, pixels: number): number {
  const mean = counts.reduce((sum, count, level) => sum + count * level, 0) / pixels;
  let [best, most, share, below] = [0, 0, 0, 0];
  counts.forEach((count, level) => {
    share += count / pixels;
    below += (count / pixels) * level;
    if (Math.min(share, 1 - share) < 1.2e-7) return;
    const apart = below / share - (mean - below) / (1 - share);
    const between = share * (1 - share) * apart * apart;
    if (between > most) [best, most] = [level, between];
  });
  return best;
}

/** The mask of the foreground without specks and what runs along the edge; null where nothing else is there. */
function clean({ strength, threshold }: Foreground): Grey | null {
  const mask = { ...strength, pixels: strength.pixels.map((level) => (level > threshold ? 255 : 0)) };
  const components = componentsOf(mask, FRAME_BORDER, CORNER);
  const { all } = components;
  const largest = all.reduce((most, each) => Math.max(most, each.area), 0);
  const least = Math.max(SPECK_SHARE * largest, LEAST_PIXELS);
  const large = all.map((each) => each.area >= least && reach(each, components) >= LEAST_REACH);
  const clustered = all.length > 1 ? inClusters(mask, components, least) : [];
  let kept = all.map((_, at) => large[at] || clustered[at] || false);
  if (!kept.includes(true)) return null;
  if (all.length === 1) return mask;
  const short = shortStrokes(components, shownBy(kept, components, mask), largest);
  kept = kept.map((each, at) => each || short[at]!);
  const inside = all.map((each, at) => kept[at]! && !isFrame(each, mask));
  if (all.some((each, at) => inside[at] && reach(each, components) >= LEAST_FRAMED_REACH)) kept = inside;
  return shownBy(kept, components, mask);
}

/** The mask of the components that are kept. */
function shownBy(kept: boolean[], { labels }: Components, mask: Grey): Grey {
  return { ...mask, pixels: mask.pixels.map((_, at) => (labels[at] && kept[labels[at]! - 1] ? 255 : 0)) };
}

/** Whether a component runs along the edge: straight, or into a corner; half a ring does neither. */
function isFrame(component: Component, { width, height }: Grey): boolean {
  const wide = (component.right - component.left + 1) / width;
  const high = (component.bottom - component.top + 1) / height;
  const inBorder = component.inBorder / component.area >= FRAME_SHARE;
  return inBorder && (component.inCorner || Math.min(wide, high) <= STRAIGHT_FRAME);
}

/** Which components have fewer pixels than others need and are strokes all the same, near those that are kept. */
function shortStrokes({ all, labels }: Components, kept: Grey, largest: number): boolean[] {
  const least = Math.max(SHORT_STROKE, SPECK_SHARE * largest);
  const few = all.map(({ area }) => area >= least && area < LEAST_PIXELS);
  const found = all.map(() => false);
  if (!few.includes(true)) return found;
  const { left, top, right, bottom } = bounds(kept);
  const near = round(NEAR * Math.max(right - left + 1, bottom - top + 1));
  for (let row = Math.max(0, top - near); row <= Math.min(bottom + near, kept.height - 1); row++) {
    for (let column = Math.max(0, left - near); column <= Math.min(right + near, kept.width - 1); column++) {
      const label = labels[row * kept.width + column]!;
      if (label) found[label - 1] = few[label - 1]!;
    }
  }
  return found;
}

/** Which components are close and dense enough to be one stroke together. */
function inClusters(mask: Grey, components: Components, least: number): boolean[] {
  const gap = Math.max(1, round(CLUSTER_GAP * Math.max(mask.width, mask.height)));
  const clusters = componentsOf(dilate(mask, gap), FRAME_BORDER, CORNER);
  const cluster: number[] = new Array(components.all.length).fill(0);
  components.labels.forEach((label, at) => { if (label) cluster[label - 1] = clusters.labels[at]! - 1; });
  const filled: number[] = new Array(clusters.all.length).fill(0);
  components.all.forEach((each, at) => { filled[cluster[at]!]! += each.area; });
  const isStroke = clusters.all.map((each: Component, at) =>
    filled[at]! >= least && filled[at]! >= CLUSTER_DENSITY * each.area && reach(each, clusters) >= LEAST_REACH);
  return cluster.map((which) => isStroke[which]!);
}

/** What the mask shows, cropped to it, from 0 to full strength, soft edges kept. */
function cutOut({ strength, threshold }: Foreground, mask: Grey): Grey {
  const { left, top, right, bottom } = bounds(mask);
  const [width, height] = [right - left + 1, bottom - top + 1];
  const crop = (image: Grey): Grey => {
    const out = grey(width, height);
    for (let row = 0; row < height; row++) {
      const begin = (top + row) * image.width + left;
      out.pixels.set(image.pixels.subarray(begin, begin + width), row * width);
    }
    return out;
  };
  const [inside, levels] = [crop(mask), crop(strength)];
  let [sum, count] = [0, 0];
  inside.pixels.forEach((shown, at) => { if (shown) { sum += levels.pixels[at]!; count++; } });
  const full = Math.max(sum / count, 1);
  const faintest = Math.min(0.3 * threshold, 0.5 * full);
  const halo = dilate(inside, 1);
  const pixels = levels.pixels.map((level, at) =>
    halo.pixels[at] ? Math.min(Math.max((level - faintest) * (255 / (full - faintest)), 0), 255) : 0);
  return { width, height, pixels };
}

function bounds(mask: Grey): { left: number; top: number; right: number; bottom: number } {
  let [left, top, right, bottom] = [mask.width, mask.height, 0, 0];
  mask.pixels.forEach((shown, at) => {
    if (!shown) return;
    const column = at % mask.width;
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, (at - column) / mask.width);
    bottom = (at - column) / mask.width;
  });
  return { left, top, right, bottom };
}

/** Scale to 20 pixels on the longer side, and stretch the brightest to 255. */
function fitToBox(image: Grey): Grey {
  const scale = BOX / Math.max(image.width, image.height);
  const [width, height] = [Math.max(1, round(image.width * scale)), Math.max(1, round(image.height * scale))];
  const box = scale < 1 ? reduce(image, width, height) : enlarge(image, width, height);
  const stretch = 255 / Math.max(box.pixels.reduce((most, level) => Math.max(most, level), 0), 1);
  return { ...box, pixels: box.pixels.map((level) => round(Math.fround(level * Math.fround(stretch)))) };
}

/** Place the box on 28 x 28 so that its centre of mass lies in the middle, as far as the box stays inside. */
function centre({ width, height, pixels }: Grey): Uint8Array {
  let [mass, across, down] = [0, 0, 0];
  pixels.forEach((level, at) => {
    mass += level;
    across += level * (at % width);
    down += level * Math.floor(at / width);
  });
  const start = (moment: number, length: number) =>
    Math.min(Math.max(round((SIDE - 1) / 2 - moment / Math.max(mass, 1)), 0), SIDE - length);
  const [left, top] = [start(across, width), start(down, height)];
  const out = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < height; row++) {
    out.set(pixels.subarray(row * width, (row + 1) * width), (top + row) * SIDE + left);
  }
  return out;
}
