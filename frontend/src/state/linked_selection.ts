/** Why this file: a link may say what was selected, by ids, by rows or by a query; it can be followed once the data is here. */
import { effect } from "@preact/signals";
import { fromMask } from "./selection";
import { decodeSelection } from "./selection_code";
import type { Store } from "./store";

/** Follows `explore.linked` as soon as it can be; the returned function stops it. */
export function startLinkedSelection(store: Store): () => void {
  const { explore, data, derived } = store;
  return effect(() => {
    const code = explore.linked.value;
    const samples = data.samples.value;
    if (code === "" || samples === null || explore.schema.value === null) return;
    const decoded = decodeSelection(code, samples);
    if (decoded.kind === "problem") {
      explore.linked.value = "";
      explore.notice.value = decoded.message;
      return;
    }
    if (decoded.kind === "selection") {
      explore.setSelection(decoded.selection);
      return;
    }
    const { text, step } = decoded;
    const frame = derived.steps.value.indexOf(step);
    const mask = frame < 0 ? null : explore.findAt(text, frame);
    if (mask !== null) explore.setSelection(fromMask(samples, mask, { text, step }));
    else if (explore.cannotRead(text) || (frame < 0 && derived.steps.value.length > 0)) {
      explore.linked.value = "";
      explore.notice.value = `The link's selection, ${text}, cannot be made in this run, so nothing is selected.`;
    }
  });
}
