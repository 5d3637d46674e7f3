/** Why this file: an alert that comes while the tab is open is said to those who cannot see its mark. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { AlertInfo } from "../../data/health_types";
import { alerts, rankOf } from "../../state/alerts";
import { useStore } from "../store_context";

/** What is said of alerts that came together. */
export function announcement(fresh: readonly AlertInfo[]): string {
  const [first] = fresh.toSorted((p, q) => rankOf(q.severity) - rankOf(p.severity));
  if (first === undefined) return "";
  const said = `${first.severity} at step ${first.step}: ${first.sentence}`;
  return fresh.length === 1 ? said : `${fresh.length} new alerts. ${said}`;
}

/** A live region that cannot be seen; what was there when a run was opened is not news. */
export function AlertAnnouncer(): JSX.Element {
  const store = useStore();
  const words = useSignal("");
  const known = useRef<{ run: string; versions: Set<string> } | null>(null);
  useSignalEffect(() => {
    const index = store.data.index.value;
    const all = alerts(store).all.value;
    if (index === null) return;
    const before = known.current;
    known.current = { run: index.run, versions: new Set(all.map(({ version }) => version)) };
    if (before?.run !== index.run) {
      words.value = "";
      return;
    }
    const fresh = all.filter(({ version }) => !before.versions.has(version));
    if (fresh.length > 0) words.value = announcement(fresh);
  });
  return (
    <p class="visually-hidden" role="status">
      {words.value}
    </p>
  );
}
