/** Rooted trees: each stands for one order condition of a Runge-Kutta scheme. */

/** @typedef {Tree[]} Tree  a rooted tree is the list of its subtrees */

/** @param {Tree} tree @returns {number} */
const nodes = (tree) => tree.reduce((total, subtree) => total + nodes(subtree), 1);

/** @param {Tree} tree @returns {number} */
export const density = (tree) => tree.reduce((total, subtree) => total * density(subtree), nodes(tree));

/** @param {number} n @returns {Tree[]} all rooted trees with n nodes */
export function trees(n) {
  if (n === 1) return [[]];
  /** @type {Map<string, Tree>} */
  const found = new Map();
  for (let size = 1; size < n; size++) {
    for (const branch of trees(size)) {
      for (const rest of trees(n - size)) {
        const tree = [...rest, branch].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        found.set(JSON.stringify(tree), tree);
      }
    }
  }
  return [...found.values()];
}
