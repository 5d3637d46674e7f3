/** Why this file: tests over random data must fail the same way twice. */

/** Numbers in [0, 1) from a seed: a linear congruential generator with the constants of Numerical Recipes. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
