/** Lines where a function on a grid is zero, and the boundaries between the regions of a classifier. */

/**
 * The lines where a function on a grid is zero, by marching squares, joined to polylines.
 * @param {ArrayLike<number>} values  (rows, columns), the first row at the top
 * @param {number} columns
 * @param {number} rows
 * @returns {number[][]} polylines x0, y0, x1, y1, ... in units of cells, (0, 0) the centre of the first cell
 */
export function zeroLines(values, columns, rows) {
  /** @type {Map<number, number[]>} the two neighbours of a crossing, by the grid edge that it lies on */
  const next = new Map();
  const join = (/** @type {number} */ a, /** @type {number} */ b) => {
    for (const [p, q] of [[a, b], [b, a]]) {
      const known = next.get(p);
      if (known) known.push(q);
      else next.set(p, [q]);
    }
  };
  const at = (/** @type {number} */ i, /** @type {number} */ j) => values[i * columns + j];
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const [a, b, c, d] = [at(i, j) > 0, at(i, j + 1) > 0, at(i + 1, j + 1) > 0, at(i + 1, j) > 0];
      const top = 2 * (i * columns + j), left = top + 1, bottom = 2 * ((i + 1) * columns + j), right = 2 * (i * columns + j + 1) + 1;
      const crossed = [];
      if (a !== b) crossed.push(top);
      if (b !== c) crossed.push(right);
      if (c !== d) crossed.push(bottom);
      if (d !== a) crossed.push(left);
      if (crossed.length === 2) join(crossed[0], crossed[1]);
      if (crossed.length === 4) { // a saddle: its middle decides
        const middle = at(i, j) + at(i, j + 1) + at(i + 1, j + 1) + at(i + 1, j) > 0;
        if (middle === a) { join(top, right); join(bottom, left); } else { join(top, left); join(right, bottom); }
      }
    }
  }
  const place = (/** @type {number} */ edge) => {
    const cell = edge >> 1, i = Math.floor(cell / columns), j = cell % columns;
    const [u, v] = [at(i, j), edge & 1 ? at(i + 1, j) : at(i, j + 1)];
    const t = u === v ? 0.5 : u / (u - v);
    return edge & 1 ? [j, i + t] : [j + t, i];
  };
  const seen = new Set();
  /** @type {number[][]} */ const lines = [];
  const follow = (/** @type {number} */ start) => {
    const line = [];
    let edge = start;
    for (;;) {
      seen.add(edge);
      line.push(...place(edge));
      const further = (next.get(edge) ?? []).find((other) => !seen.has(other));
      if (further === undefined) break;
      edge = further;
    }
    if (line.length > 4 && (next.get(edge) ?? []).includes(start)) line.push(...place(start));
    lines.push(line);
  };
  for (const [edge, neighbours] of next) if (neighbours.length === 1 && !seen.has(edge)) follow(edge);
  for (const edge of next.keys()) if (!seen.has(edge)) follow(edge);
  return lines;
}

/**
 * Lines between the regions of a classifier.
 * @param {ArrayLike<number>} P  (rows, columns, classes)
 * @param {number} columns
 * @param {number} rows
 * @param {number} classes
 */
export function boundaries(P, columns, rows, classes) {
  const cells = columns * rows, lines = [];
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) {
    const lead = new Float32Array(cells);
    for (let n = 0; n < cells; n++) {
      let best = -Infinity;
      for (let j = 0; j < classes; j++) if (j !== k && P[n * classes + j] > best) best = P[n * classes + j];
      // Logarithms are nearly straight across a boundary, where probabilities jump.
      lead[n] = Math.log(Math.max(P[n * classes + k], 1e-37)) - Math.log(Math.max(best, 1e-37));
    }
    for (const line of zeroLines(lead, columns, rows)) lines.push(line);
  }
  return lines;
}
