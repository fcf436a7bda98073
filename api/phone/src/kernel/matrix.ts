// AssemblyScript: the one loop in which nearly all time goes, with 128-bit vectors. Compiled to matrix.wasm (0.6 kB).

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
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1 + at);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2 + at);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3 + at);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
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
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(panel)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(panel, 16)));
    panel += 32;
  }
  store(c, s0, s1, relu);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function store(c: usize, s0: v128, s1: v128, relu: i32): void {
  const zero = f32x4.splat(0);
  v128.store(c, relu ? f32x4.max(s0, zero) : s0);
  v128.store(c, relu ? f32x4.max(s1, zero) : s1, 16);
}
