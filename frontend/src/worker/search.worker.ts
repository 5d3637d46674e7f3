/** Why this file: what the page's worker runs: it looks through the epochs that it is sent and answers with one mask. */
import type { FromWorker, ToWorker } from "./messages";
import { OverEpochs } from "./over_epochs";

const running = new Map<number, OverEpochs>();

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  const search = running.get(data.id);
  if (data.kind === "ask") running.set(data.id, new OverEpochs(data.question));
  else if (data.kind === "epoch") {
    search?.add(data.arrays);
    say({ kind: "back", buffers: data.buffers }, data.buffers);
  } else {
    running.delete(data.id);
    if (data.kind === "end" && search !== undefined) {
      say({ kind: "answer", id: data.id, mask: search.mask }, [search.mask.buffer as ArrayBuffer]);
    }
  }
});

function say(message: FromWorker, transfer: readonly ArrayBuffer[]): void {
  postMessage(message, { transfer: [...transfer] });
}
