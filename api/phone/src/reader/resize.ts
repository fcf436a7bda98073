/** Grey images, and scaling them as OpenCV does: what the model sees has to be the same here and on the server. */

/** Grey levels, row by row. */
export type Grey = { width: number; height: number; pixels: Uint8Array };

type Share = { from: number; to: number; weight: number };

export function grey(width: number, height: number): Grey {
  return { width, height, pixels: new Uint8Array(width * height) };
}

/** Round as C and Python do: halves to the even neighbour. */
export function round(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** Reduce an image, each pixel the mean of the area that it covers (INTER_AREA), with float32 sums as in OpenCV. */
export function reduce(image: Grey, width: number, height: number): Grey {
  if (image.width === 2 * width && image.height === 2 * height) return halve(image);
  const out = grey(width, height);
  const columns = areas(image.width, width);
  const line = new Float32Array(width);
  const sums = new Float32Array(width * height);
  for (const row of areas(image.height, height)) {
    line.fill(0);
    const begin = row.from * image.width;
    for (const { from, to, weight } of columns) line[to]! += Math.fround(image.pixels[begin + from]! * weight);
    for (let column = 0; column < width; column++) {
      sums[row.to * width + column]! += Math.fround(line[column]! * row.weight);
    }
  }
  sums.forEach((sum, at) => { out.pixels[at] = round(sum); });
  return out;
}

/** Each pixel the mean of four. Of these OpenCV rounds a half up, of other areas to the even neighbour. */
function halve({ width, height, pixels }: Grey): Grey {
  const out = grey(width / 2, height / 2);
  for (let row = 0, to = 0; row < height; row += 2) {
    for (let at = row * width; at < (row + 1) * width; at += 2) {
      const sum = pixels[at]! + pixels[at + 1]! + pixels[at + width]! + pixels[at + width + 1]!;
      out.pixels[to++] = (sum + 2) >> 2;
    }
  }
  return out;
}

/** Which pixels of a line go into which of the reduced line, and how much of each. */
function areas(length: number, reduced: number): Share[] {
  const scale = length / reduced;
  const shares: Share[] = [];
  for (let to = 0; to < reduced; to++) {
    const begin = to * scale;
    const end = begin + scale;
    const whole = Math.min(scale, length - begin);
    const last = Math.min(Math.floor(end), length - 1);
    const first = Math.min(Math.ceil(begin), last);
    if (first - begin > 1e-3) shares.push({ from: first - 1, to, weight: (first - begin) / whole });
    for (let from = first; from < last; from++) shares.push({ from, to, weight: 1 / whole });
    if (end - last > 1e-3) shares.push({ from: last, to, weight: Math.min(end - last, 1, whole) / whole });
  }
  return shares.map((share) => ({ ...share, weight: Math.fround(share.weight) }));
}

/** Enlarge an image, each pixel between its neighbours (INTER_LINEAR): as OpenCV in whole numbers, weights in 2048ths. */
export function enlarge(image: Grey, width: number, height: number): Grey {
  const out = grey(width, height);
  const columns = neighbours(image.width, width);
  neighbours(image.height, height).forEach((row, y) => {
    columns.forEach((column, x) => {
      const mixed = (line: number) => {
        const begin = line * image.width;
        return image.pixels[begin + column.first]! * column.near + image.pixels[begin + column.second]! * column.far;
      };
      const upper = (row.near * (mixed(row.first) >> 4)) >> 16;
      const lower = (row.far * (mixed(row.second) >> 4)) >> 16;
      out.pixels[y * width + x] = (upper + lower + 2) >> 2;
    });
  });
  return out;
}

const WHOLE = 2048;

function neighbours(length: number, enlarged: number): { first: number; second: number; near: number; far: number }[] {
  return Array.from({ length: enlarged }, (_, to) => {
    const place = Math.min(Math.max(Math.fround(((to + 0.5) * length) / enlarged - 0.5), 0), length - 1);
    const first = Math.floor(place);
    const far = round((place - first) * WHOLE);
    return { first, second: Math.min(first + 1, length - 1), near: WHOLE - far, far };
  });
}
