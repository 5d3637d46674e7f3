/** Why this file: how bad an alert is, in shape as well as in colour: a triangle, a diamond, or a small circle. */
import type { JSX } from "preact";
import type { Severity } from "../../data/health_types";

const SHAPES: Readonly<Record<Severity, JSX.Element>> = {
  error: <path d="M6 0.8 11.6 11 H0.4 Z" />,
  warning: <path d="M6 0.5 11.5 6 6 11.5 0.5 6 Z" />,
  info: <circle cx="6" cy="6" r="3.4" />,
};

/** The mark, 12 pixels wide; it says nothing to those who cannot see it, so say it beside it. */
export function SeverityMark({ severity }: { severity: Severity }): JSX.Element {
  return (
    <svg
      class="alert-mark"
      data-severity={severity}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
    >
      {SHAPES[severity]}
    </svg>
  );
}
