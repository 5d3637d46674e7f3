/** The classes that the model finds most probable, as bars. */
import type { JSX } from "preact";
import type { SampleDetails } from "../../state/inspect";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { className } from "./sample_facts";
import { ClassMark } from "./thumb";

/** The bars; a sentence where there are no logits. */
export function LikelyClasses({ details }: { details: SampleDetails }): JSX.Element {
  const store = useStore();
  const label = store.data.samples.value?.labels[details.row] ?? -1;
  return (
    <section class="part">
      <h3 class="section-title">Most probable classes</h3>
      {details.classes.length === 0 ? (
        <p class="absent">There are no finite logits of it here, so no probabilities.</p>
      ) : (
        <ul class="bars">
          {details.classes.map((index, i) => {
            const share = details.probabilities[i] ?? 0;
            const colour = store.derived.colours.value[index] ?? "currentColor";
            return (
              <li key={index} class="bar-row">
                <ClassMark index={index} ring={label >= 0 && index !== label} />
                <span class="bar-name">
                  {className(store, index)}
                  {index === label && <span class="visually-hidden"> (its label)</span>}
                </span>
                <span class="bar" style={{ "--class": colour, "--share": String(share) }} />
                <span class="bar-share numeric">{percent(share)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
