// AssemblyScript: the loops in which nearly all time goes, with 128-bit vectors. Compiled twice (1 kB each): to matrix.wasm, and
// to fused.wasm, for browsers with relaxed SIMD, where a product and its sum are one instruction.

/**
 * c = a b + bias, below 0 cut off where `relu` is not 0. All float32, all given by their address in bytes.
 *
 * `a` is [m, k]. `b` lies in panels of eight columns, [n / 8, k, 8]; `bias` is [n] and `c` [m, n]. n is a multiple of 8.
 */
export function multiply(m: i32, k: i32, n: i32, a: usize, b: usize, bias: usize, c: usize, relu: i32): void {
  for (let j: i32 = 0; j < n; j += 8) {
    const panel = b + ((<usize>j * k) << 2);
    const bias0 = v128.load(bias + (<usize>j << 2));
    const bias1 = v128.load(bias + (<usize>j << 2), 16);
    let i: i32 = 0;
    for (; i + 4 <= m; i += 4) {
      rows4(k, n, a + ((<usize>i * k) << 2), panel, bias0, bias1, c + (<usize>(i * n + j) << 2), relu);
    }
    for (; i < m; i++) {
      row(k, a + ((<usize>i * k) << 2), panel, bias0, bias1, c + (<usize>(i * n + j) << 2), relu);
    }
  }
}

function rows4(k: i32, n: i32, a: usize, panel: usize, bias0: v128, bias1: v128, c: usize, relu: i32): void {
  const next = <usize>k << 2;
  const a1 = a + next;
  const a2 = a1 + next;
  const a3 = a2 + next;
  let s00 = bias0, s01 = bias1, s10 = bias0, s11 = bias1, s20 = bias0, s21 = bias1, s30 = bias0, s31 = bias1;
  for (let at: usize = 0; at < next; at += 4) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    panel += 32;
    let x = v128.load32_splat(a + at);
    s00 = plus(s00, x, b0);
    s01 = plus(s01, x, b1);
    x = v128.load32_splat(a1 + at);
    s10 = plus(s10, x, b0);
    s11 = plus(s11, x, b1);
    x = v128.load32_splat(a2 + at);
    s20 = plus(s20, x, b0);
    s21 = plus(s21, x, b1);
    x = v128.load32_splat(a3 + at);
    s30 = plus(s30, x, b0);
    s31 = plus(s31, x, b1);
  }
  const step = <usize>n << 2;
  store(c, s00, s01, relu);
  store(c + step, s10, s11, relu);
  store(c + 2 * step, s20, s21, relu);
  store(c + 3 * step, s30, s31, relu);
}

function row(k: i32, a: usize, panel: usize, bias0: v128, bias1: v128, c: usize, relu: i32): void {
  let s0 = bias0, s1 = bias1;
  const end = a + (<usize>k << 2);
  for (; a < end; a += 4) {
    const x = v128.load32_splat(a);
    s0 = plus(s0, x, v128.load(panel));
    s1 = plus(s1, x, v128.load(panel, 16));
    panel += 32;
  }
  store(c, s0, s1, relu);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function plus(sum: v128, x: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, b, sum);
  return f32x4.add(sum, f32x4.mul(x, b));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function store(c: usize, s0: v128, s1: v128, relu: i32): void {
  const zero = f32x4.splat(0);
  v128.store(c, relu ? f32x4.max(s0, zero) : s0);
  v128.store(c, relu ? f32x4.max(s1, zero) : s1, 16);
}

/**
 * Lay out what a convolution looks at as a matrix of a row for each place, [rows * columns, high * line], at `target`.
 *
 * `x` is an image with its padding, lines of `pitch` float32. Of `high` lines, `down` apart from one row of places to the next,
 * `line` floats belong to a place, `across` floats apart from one place to the next.
 */
export function patches(
  x: usize, pitch: i32, rows: i32, columns: i32, down: i32, across: i32, high: i32, line: i32, target: usize,
): void {
  const bytes = <usize>line << 2;
  for (let row: i32 = 0; row < rows; row++) {
    for (let column: i32 = 0; column < columns; column++) {
      for (let dy: i32 = 0; dy < high; dy++, target += bytes) {
        memory.copy(target, x + (<usize>((row * down + dy) * pitch + column * across) << 2), bytes);
      }
    }
  }
}

/** Copy an image, so many lines of `length` float32, into the middle of its padding, lines of `pitch` from `target` on. */
export function frame(x: usize, lines: i32, length: i32, pitch: i32, target: usize): void {
  for (let line: i32 = 0; line < lines; line++) {
    memory.copy(target + (<usize>(line * pitch) << 2), x + (<usize>(line * length) << 2), <usize>length << 2);
  }
}
