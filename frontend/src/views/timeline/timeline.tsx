/** The bottom strip: play, where in training we are, and the axis to go elsewhere. */
import type { JSX } from "preact";
import { Axis } from "./axis";
import { Transport } from "./transport";

/** The whole strip. */
export function Timeline(): JSX.Element {
  return (
    <section class="timeline" aria-label="Timeline">
      <Transport />
      <Axis />
    </section>
  );
}
