/**
 * Why this file: an alert counts as looked at once its mark was on screen for a second and somebody was there: a page that is
 * open on another screen while nobody touches it goes on counting.
 */
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { alerts } from "../../state/alerts";
import { useStore } from "../store_context";

/** What is shorter than this on screen was not seen. */
export const SEEN_AFTER_MS = 1_000;
/** Signs that somebody is there. */
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel"] as const;

/** Marks the store's alerts as looked at while the view that calls this shows them. */
export function useSeen(): void {
  const store = useStore();
  useEffect(() => {
    const state = alerts(store);
    return effect(() => {
      const fresh = state.unseen.value.map(({ version }) => version);
      if (fresh.length === 0 || !store.transient.visible.value) return;
      const seen = () => state.markSeen(fresh);
      const timer = setTimeout(() => {
        for (const sign of SIGNS) document.addEventListener(sign, seen, { capture: true, passive: true });
      }, SEEN_AFTER_MS);
      return () => {
        clearTimeout(timer);
        for (const sign of SIGNS) document.removeEventListener(sign, seen, { capture: true });
      };
    });
  }, [store]);
}
