/** Instructions of WebAssembly as bytes; its vectors hold four float32 numbers. */

/**
 * Machine code as nested lists of bytes. The generator below writes one module for each net: sizes, the scheme's
 * coefficients and addresses are constants in it, and four float32 numbers are worked on at once. WebAssembly has no
 * fused multiply-add and rounds each operation by IEEE 754, so the bits are those of the plain sweeps above.
 * @typedef {Array<number|Code>} Code
 */

export const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b;

export const VECTOR = 16;

/** @param {number} n  a whole number >= 0 @returns {number[]} LEB128 */
export function unsigned(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return [...bytes, n];
}

/** @param {number} n  a 32-bit whole number @returns {number[]} signed LEB128 */
function signed(n) {
  const bytes = [];
  for (; n < -64 || n > 63; n >>= 7) bytes.push((n & 127) | 128);
  return [...bytes, n & 127];
}

/** @param {number} x @returns {number[]} the bytes of a float32 */
const floatBytes = (x) => [...new Uint8Array(new Float32Array([x]).buffer)];

/** @param {number} opcode @returns {(...operands: Code[]) => Code} a vector instruction after its operands */
const simd = (opcode) => (...operands) => [...operands, 0xfd, unsigned(opcode)];

/** The instructions, each as code that leaves one value. */
export const w = {
  get: (/** @type {number} */ local) => [0x20, unsigned(local)],
  /** @param {number} local @param {Code} value @returns {Code} */
  set: (local, value) => [value, 0x21, unsigned(local)],
  i32: (/** @type {number} */ n) => [0x41, signed(n)],
  /** @param {Code} a @param {Code} b @returns {Code} */
  plus: (a, b) => [a, b, 0x6a],
  /** @param {Code} a @param {Code} b @returns {Code} */
  minus: (a, b) => [a, b, 0x6b],
  /** @param {Code} a @param {Code} b @returns {Code} */
  times: (a, b) => [a, b, 0x6c],
  /** @param {Code} a @param {Code} b @returns {Code} */
  least: (a, b) => [a, b, 0x4e],
  /** @param {number} routine @param {Code[]} operands @returns {Code} */
  call: (routine, ...operands) => [operands, 0x10, unsigned(routine)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  loadFloat: (address, offset = 0) => [address, 0x2a, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  storeFloat: (address, value, offset = 0) => [address, value, 0x38, 2, unsigned(offset)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  load: (address, offset = 0) => [address, 0xfd, 0, 4, unsigned(offset)],
  /** The same number in every lane. @param {Code} address @param {number} [offset] @returns {Code} */
  loadEvery: (address, offset = 0) => [address, 0xfd, 9, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  store: (address, value, offset = 0) => [address, value, 0xfd, 11, 4, unsigned(offset)],
  /** @param {number} x @returns {Code} */
  every: (x) => [0xfd, 12, [0, 0, 0, 0].map(() => floatBytes(x))],
  /** @param {number} n @returns {Code} */
  everyWhole: (n) => [w.i32(n), 0xfd, 17],
  splat: simd(19), lt: simd(67), gt: simd(68), eq: simd(65), and: simd(78), andNot: simd(79), or: simd(80),
  abs: simd(224), sqrt: simd(227), add: simd(228), sub: simd(229), mul: simd(230), div: simd(231),
  shiftLeft: simd(171), shiftRight: simd(173), addWhole: simd(174), subWhole: simd(177), toWhole: simd(248),
  fromWhole: simd(250),
  /** Lane by lane a where the mask holds, else b. @param {Code} mask @param {Code} a @param {Code} b @returns {Code} */
  where: (mask, a, b) => [a, b, mask, 0xfd, 82],
};

/** @param {Code} code @returns {number[]} */
export function flat(code) {
  /** @type {number[]} */
  const bytes = [];
  const walk = (/** @type {Code} */ part) => {
    for (const item of part) typeof item === "number" ? bytes.push(item) : walk(item);
  };
  walk(code);
  return bytes;
}

/** Where a number of the memory lies, in bytes. @param {number} place @returns {Code} */
export const address = (place) => w.i32(4 * place);
