/** Why this file: the title bar of each panel while several are compared, laid over the part of the canvas that it belongs to. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Rect } from "../../gl/panel_layout";
import { storeSource } from "../../gl/panel_source";
import { stageOptions } from "../../gl/stage_options";
import { comparison, type PanelSpec } from "../../state/compare";
import type { OtherPanel } from "../../state/compare_panel";
import { nearest, stepUnit } from "../../state/locate";
import { IconButton } from "../../ui/button";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { LETTERS, relationWords, unmatchedWords } from "./panel_words";
import { Pickers } from "./pickers";

/** Hands the panels to the stage; it draws one map alone while there is nothing to compare. */
function usePanels(): void {
  const store = useStore();
  const own = useMemo(() => storeSource(store), [store]);
  useSignalEffect(() => {
    const options = stageOptions(store);
    const { others, difference } = comparison(store);
    options.panels.value = others.value.length === 0 ? null : [own, ...others.value];
    options.difference.value = difference.value;
  });
  // The list belongs to the difference: it comes and goes with it.
  useSignalEffect(() => {
    const { tab, wish } = store.inspect;
    if (comparison(store).difference.value) {
      tab.value = "changes";
      wish.value = "open";
    } else if (tab.peek() === "changes") {
      tab.value = "samples";
      wish.value = "auto";
    }
  });
  useEffect(
    () => () => {
      stageOptions(store).panels.value = null;
    },
    [store],
  );
}

/** The titles; nothing while one map is looked at alone. */
export function PanelTitles(): JSX.Element | null {
  const store = useStore();
  usePanels();
  const others = comparison(store).others.value;
  const rects = stageOptions(store).rects.value;
  if (others.length === 0 || rects.length !== others.length + 1) return null;
  return (
    <>
      <FirstTitle rect={rects[0] as Rect} />
      {others.map((panel, i) => (
        <OtherTitle key={panel.id} panel={panel} letter={LETTERS[i + 1] ?? ""} rect={rects[i + 1] as Rect} />
      ))}
    </>
  );
}

interface FrameProps {
  readonly letter: string;
  readonly rect: Rect;
  readonly onClose: () => void;
  readonly pickers: JSX.Element;
  readonly children: ComponentChildren;
}

function Title({ letter, rect, onClose, pickers, children }: FrameProps): JSX.Element {
  const { left, top, width } = rect;
  return (
    <section
      class="compare-title"
      aria-label={`Panel ${letter}`}
      style={{ left: `${left}px`, top: `${top}px`, width: `${width}px` }}
    >
      <div class="compare-choice">
        <b class="compare-letter">{letter}</b>
        {pickers}
        <IconButton
          icon="close"
          size={14}
          label={`Close panel ${letter}`}
          class="compare-close"
          onClick={onClose}
        />
      </div>
      <p class="compare-facts numeric">{children}</p>
    </section>
  );
}

/** What a map keeps of the samples' neighbours, as the badge says it of one map alone. */
function Keeps({ share }: { share: number | null | undefined }): JSX.Element | null {
  return share == null ? null : <span>keeps {percent(share)} of neighbours</span>;
}

function useRuns(): readonly string[] {
  return (useStore().data.runs.value?.runs ?? []).map(({ name }) => name);
}

function FirstTitle({ rect }: { rect: Rect }): JSX.Element {
  const store = useStore();
  const { view, data, derived } = store;
  const runs = useRuns();
  const spec = { run: view.run.value, layer: view.layer.value, method: view.method.value, epoch: null };
  const choose = ({ run, layer, method }: Partial<PanelSpec>) => {
    if (run !== undefined) store.selectRun(run);
    if (layer !== undefined) store.selectLayer(layer);
    if (method !== undefined) store.selectMethod(method);
  };
  const pickers = (
    <Pickers
      panel="A"
      spec={spec}
      runs={runs}
      layers={(data.index.value?.layers ?? []).map(({ name }) => name)}
      methods={Object.keys(derived.layerIndex.value?.frames ?? {})}
      steps={null}
      unit={derived.unit.value}
      onChange={choose}
    />
  );
  return (
    <Title letter="A" rect={rect} pickers={pickers} onClose={() => comparison(store).closeFirst()}>
      <b>{derived.epochLabel.value}</b>
      <Keeps share={derived.faithfulnessNow.value.neighbours} />
    </Title>
  );
}

function OtherTitle({ panel, letter, rect }: { panel: OtherPanel; letter: string; rect: Rect }): JSX.Element {
  const compare = comparison(useStore());
  const runs = useRuns();
  const spec = panel.spec.value;
  const steps = panel.steps.value;
  const layer = panel.layer.value;
  const position = panel.position.value;
  const keeps = position && panel.frames.value?.faithfulness.neighbours?.[nearest(position)];
  const relation = relationWords(panel);
  const unmatched = unmatchedWords(panel);
  const problem = panel.problem.value;
  const pickers = (
    <Pickers
      panel={letter}
      spec={spec}
      runs={runs}
      layers={(panel.index.value?.layers ?? []).map(({ name }) => name)}
      methods={Object.keys(layer?.frames ?? {})}
      steps={steps}
      unit={stepUnit(layer?.steps ?? steps)}
      onChange={(change) => panel.show(change)}
    />
  );
  const waiting = problem === "" && (relation === null || !shownNow(panel));
  return (
    <>
      <Title letter={letter} rect={rect} pickers={pickers} onClose={() => compare.close(panel)}>
        <b>{panel.timeLabel.value}</b>
        {relation !== null && problem === "" && <span title={relation.long}>{relation.short}</span>}
        {panel.reason.value !== "" && <span class="compare-warning">{panel.reason.value}</span>}
        {unmatched !== "" && <span class="compare-warning">{unmatched}</span>}
        {problem === "" && <Keeps share={keeps} />}
      </Title>
      {(problem !== "" || waiting) && (
        <p
          class="compare-problem"
          role={problem === "" ? "status" : "alert"}
          style={{ left: `${rect.left}px`, top: `${rect.top + rect.height / 2}px`, width: `${rect.width}px` }}
        >
          <span>{problem === "" ? "Loading…" : problem}</span>
        </p>
      )}
    </>
  );
}

/** Whether what the panel is to show is on the client. */
function shownNow(panel: OtherPanel): boolean {
  const position = panel.position.value;
  if (position === null) return false;
  const buffered = panel.buffered.value;
  return buffered.has(position.a) && buffered.has(position.b);
}
