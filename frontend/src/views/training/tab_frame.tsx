/** Why this file: what every tab of the training log is made of, or the sentence that stands in its place. */
import type { ComponentChildren, JSX } from "preact";
import { useStore } from "../store_context";
import { Bar } from "./bar";
import { Head } from "./head";
import { PlotArea, useTraining } from "./plot_area";

interface TabFrameProps {
  /** Controls of the tab's own, beside those that all have. */
  readonly controls?: ComponentChildren;
  readonly compares?: boolean;
  /** Kept free to the right of the pictures, in CSS pixels; a margin where nothing is said. */
  readonly room?: number | undefined;
  /** Why this tab has nothing to show although there is a log, and what to do; "". */
  readonly absent: string;
  readonly children: ComponentChildren;
}

/** Controls, rates and curves, and below them the tab's own pictures, which scroll. */
export function TabFrame({ controls, compares, room, absent, children }: TabFrameProps): JSX.Element {
  const state = useTraining();
  const { data } = useStore();
  const problem = state.problem.value;
  if (problem !== "") return <p class="training-note">{problem}</p>;
  if (state.log.value === null) {
    return (
      <p class="training-note" role="status">
        {data.status.value.kind === "error" ? data.status.value.message : "asking for the training log…"}
      </p>
    );
  }
  return (
    <div class="training-tab">
      <Bar compares={compares ?? false}>{controls}</Bar>
      <PlotArea {...(room !== undefined && { room })}>
        <Head />
        {absent === "" ? <div class="plot-scroll">{children}</div> : <p class="training-note">{absent}</p>}
      </PlotArea>
    </div>
  );
}
