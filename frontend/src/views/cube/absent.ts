/** Why this file: why there is no cube, in one sentence, and what to do about it. */
import type { Matrix } from "../../data/training_types";
import type { ClassesView } from "../../state/classes";
import type { CubeView } from "../../state/cube";
import type { Training } from "../../state/training";

const WATCH = "writer.watch(model, probe, optimizer=optimizer, training_log=True)";

/** What is known so far, read from signals. */
interface Known {
  readonly log: Training;
  readonly classes: Pick<ClassesView, "k" | "theta" | "threshold" | "log">;
  readonly cube: Pick<CubeView, "matrix" | "question">;
}

/** "" where there is something to show. */
export function whyAbsent({ log, classes, cube }: Known): string {
  if (log.log.value === null) return "";
  if (log.stretch.value === null) {
    return `This run has no training log of its weights, so no layer can be set against the classes. Write one with ${WATCH}.`;
  }
  const set = log.set.value;
  if (set === null) {
    return (
      "No answers are logged, so nobody knows when a class flipped. Pass logits to writer.add_activations(...), " +
      "or log the answers to a set of your own with writer.add_outcomes(...)."
    );
  }
  if (!set.labelled) {
    return `The samples of "${set.name}" have no labels, so no answer is right or wrong. Pass labels to the probe or to writer.add_outcomes(...).`;
  }
  if (set.steps.length < 2) return "A flip needs two snapshots, and they come as training goes on.";
  const problem = classes.log.problem.value || cube.matrix.problem.value;
  if (problem !== "") return problem;
  const matrix = cube.matrix.value.value;
  return matrix === null ? "" : nothingIn(matrix, classes);
}

function nothingIn(matrix: Matrix, { k, theta, threshold }: Known["classes"]): string {
  if (matrix.classes.length === 0) {
    return `No class has two anomalous snapshots at k = ${k.value} and ${thetaText(theta.value, threshold.value)}. Lower θ or k.`;
  }
  if (matrix.layers.length === 0) return "No layer of this part has filters that could change.";
  if (matrix.marks.every((row) => row.every((marks) => marks === 0))) {
    return "No filter was among the most changed when a class flipped: the log of weights has no rows at those times.";
  }
  return "";
}

/** A threshold as the user gave it. */
function thetaText(theta: ClassesView["theta"]["value"], threshold: number): string {
  return theta.unit === "share"
    ? `${+(100 * theta.value).toFixed(1)} %`
    : `${threshold} ${threshold === 1 ? "sample" : "samples"}`;
}
