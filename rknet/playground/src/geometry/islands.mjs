/** Connected regions of equal answers on a grid, and those of them in which no point lies. */

/**
 * @param {ArrayLike<number>} P  (rows, columns, classes), square, the first row at the top
 * @param {number} columns
 * @param {number} classes
 * @param {Iterable<[number, number]>} cells  column and row of the points' cells
 * @returns {{class: number, share: number, column: number, row: number}[]} regions without a point: their part of the
 *   plane and their middle, the largest first
 */
export function emptyRegions(P, columns, classes, cells) {
  const count = columns * columns, answer = new Uint8Array(count), region = new Int32Array(count).fill(-1);
  for (let n = 0; n < count; n++) {
    for (let k = 1; k < classes; k++) if (P[n * classes + k] > P[n * classes + answer[n]]) answer[n] = k;
  }
  /** @type {{class: number, size: number, column: number, row: number, points: number}[]} */ const found = [];
  for (let start = 0; start < count; start++) {
    if (region[start] >= 0) continue;
    const here = { class: answer[start], size: 0, column: 0, row: 0, points: 0 }, waiting = [start];
    region[start] = found.length;
    for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) {
      const column = n % columns, row = (n - column) / columns;
      here.size++;
      here.column += column;
      here.row += row;
      const around = [column > 0 ? n - 1 : -1, column + 1 < columns ? n + 1 : -1, n - columns, n + columns];
      for (const next of around) {
        if (next < 0 || next >= count || region[next] >= 0 || answer[next] !== here.class) continue;
        region[next] = found.length;
        waiting.push(next);
      }
    }
    found.push(here);
  }
  for (const [column, row] of cells) {
    if (column >= 0 && column < columns && row >= 0 && row < columns) found[region[row * columns + column]].points++;
  }
  return found.filter((here) => here.points === 0)
    .map((here) => ({ class: here.class, share: here.size / count, column: here.column / here.size, row: here.row / here.size }))
    .sort((a, b) => b.share - a.share);
}
