/** The tab Layers: how weights, gradients and filters of every layer change over the clock, and what stands out. */
import type { JSX } from "preact";
import { layers } from "../../state/layers";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { TabFrame } from "../training/tab_frame";
import { useAnswer } from "../training/use_answer";
import { ChangedMost } from "./changed_most";
import { Controls } from "./controls";
import { Findings } from "./findings";
import { LayerList } from "./layer_list";
import type { Side } from "./use_strips";

const HOW = "writer.watch(model, probe, optimizer=optimizer, training_log=True)";

export function LayersTab(): JSX.Element {
  const state = useTraining();
  const log = state.log.value;
  const stretch = state.stretch.value;
  const there = log !== null && stretch !== null && stretch.layers.length > 0;
  const absent = there
    ? ""
    : `This run has no log of its weights and gradients. To have one, train with ${HOW}.`;
  return (
    <TabFrame compares absent={absent} controls={there && <Controls />}>
      {there && <Layers side={{ log, stretch: state.stretchNumber.value }} />}
    </TabFrame>
  );
}

function Layers({ side }: { side: Side }): JSX.Element | null {
  const state = useTraining();
  const { tree } = layers(useStore());
  const { log, stretch: number } = side;
  const { value: findings, problem } = useAnswer(
    state.ask(log, `findings ${number}`, (client, signal) => client.findings(number, signal)),
    `findings ${log.index.run} ${number}`,
  );
  const stretch = state.stretch.value;
  if (stretch === null || tree.value === null) return null;
  return (
    <>
      {findings !== null && <Findings findings={findings} />}
      {problem !== "" && <p class="plot-problem">{problem}</p>}
      {state.pins.value.length > 0 && <ChangedMost side={side} />}
      <LayerList side={side} stretch={stretch} tree={tree.value} findings={findings ?? []} />
      {stretch.skipped.length > 0 && (
        <p class="layers-quiet">
          Not logged: {stretch.skipped.map(([name, why]) => `${name} (${why.replace(/\.$/, "")})`).join(", ")}
          .
        </p>
      )}
    </>
  );
}
