/** A panel in place of the map: what is the case, and what to do about it. Never a blank canvas. */
import type { ComponentChildren, JSX } from "preact";

interface Props {
  readonly title: string;
  /** Something is under way. */
  readonly busy?: boolean;
  /** Something failed; read out at once. */
  readonly alert?: boolean;
  readonly children?: ComponentChildren;
}

/** The panel. */
export function StatePanel({ title, busy = false, alert = false, children }: Props): JSX.Element {
  return (
    <div class="state" role={alert ? "alert" : "status"}>
      <div class="state-body">
        {busy && <span class="spinner" aria-hidden="true" />}
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}
