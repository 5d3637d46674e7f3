/** Why this file: the figures of continual learning, and the table that they come from. */
import type { JSX } from "preact";
import { tasks } from "../../state/tasks";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { signed } from "./words";

export function Figures(): JSX.Element | null {
  const store = useStore();
  const state = tasks(store);
  const figures = state.figures.value;
  if (figures === null) return null;
  const names = state.all.value.map(({ name }) => name);
  const begun = state.spans.value.flatMap((span, k) => (span === null ? [] : [k]));
  const facts: readonly (readonly [name: string, value: string, says: string, why?: string])[] = [
    [
      "average accuracy",
      percent(figures.averageAccuracy),
      "Mean accuracy over the tasks that were learned, at the end (Lopez-Paz & Ranzato 2017)",
    ],
    [
      "forgetting",
      percent(figures.forgetting).replace("-", "−"),
      "Mean over all of them but the last: the best accuracy at the end of an earlier task less that at the end (Chaudhry et al. 2018); high is bad",
    ],
    [
      "backward transfer",
      signed(figures.backward),
      "Mean over all but the last: accuracy at the end less that right after the task was learned (Lopez-Paz & Ranzato 2017); negative is bad",
    ],
    [
      "forward transfer",
      figures.untrained ? signed(figures.forward) : "not known",
      `Mean over all but the first: accuracy right before the task was learned less the untrained network's (Lopez-Paz & Ranzato 2017)`,
      figures.untrained ? "" : "the untrained network was not logged",
    ],
  ];
  return (
    <div class="task-figures">
      <dl>
        {facts.map(([name, value, says, why]) => (
          <div key={name} title={says}>
            <dt>{name}</dt>
            <dd class="numeric">
              {value}
              {why && <span class="health-what"> {why}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>accuracy at the end of each task</summary>
        <table>
          <thead>
            <tr>
              <td />
              {names.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.matrix.map((row, i) => (
              <tr key={begun[i]}>
                <th scope="row">after {names[begun[i] ?? -1]}</th>
                {[...row].map((value, j) => (
                  <td key={j} class="numeric">
                    {percent(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
