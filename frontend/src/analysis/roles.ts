/** Why this file: what active learning has done with each sample by a step of the run. */

/** Names of the roles, in the order of their codes. */
export const ROLES = ["pool", "new", "used"] as const;

/**
 * Code of each sample's role: not selected yet, in the newest of the selections, in an earlier one only.
 *
 * @param samples how many there are.
 * @param selections rows of each selection so far, oldest first.
 */
export function roles(samples: number, selections: readonly ArrayLike<number>[]): Uint8Array {
  const codes = new Uint8Array(samples);
  selections.forEach((rows, at) => {
    const code = at === selections.length - 1 ? 1 : 2;
    for (let k = 0; k < rows.length; k++) codes[rows[k] as number] = code;
  });
  return codes;
}
