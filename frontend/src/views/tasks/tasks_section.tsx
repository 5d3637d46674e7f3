/** Why this file: what became of tasks that were learned one after the other, where the run has such tasks. */
import type { JSX } from "preact";
import { tasks } from "../../state/tasks";
import { useStore } from "../store_context";
import { Crossings } from "./crossing_list";
import { Fates } from "./fates";
import { Figures } from "./figures";
import { Matrix } from "./matrix";
import { TaskList } from "./task_list";

export function TasksSection(): JSX.Element | null {
  const all = tasks(useStore()).all.value;
  if (all.length === 0) return null;
  return (
    <section class="tasks" aria-labelledby="tasks-title">
      <h2 id="tasks-title">Tasks</h2>
      <TaskList />
      <div class="tasks-matrix">
        <Matrix />
        <Figures />
      </div>
      <Fates />
      <Crossings />
    </section>
  );
}
