/** Why this file: alerts can be narrowed to how bad they are, to a rule and to a layer; only what tells some apart is offered. */
import type { JSX } from "preact";
import { type AlertInfo, SEVERITIES } from "../../data/health_types";
import type { AlertFilter } from "../../state/alert_order";
import { SeverityMark } from "./mark";
import { layerName } from "./words";

interface FilterChipsProps {
  readonly alerts: readonly AlertInfo[];
  readonly filter: AlertFilter;
  readonly onToggle: (key: keyof AlertFilter, value: string) => void;
}

export function FilterChips({ alerts, filter, onToggle }: FilterChipsProps): JSX.Element {
  return (
    <>
      {(["severity", "rule", "layer"] as const).map((key) => {
        const counts = new Map<string, number>();
        for (const alert of alerts) counts.set(alert[key], (counts.get(alert[key]) ?? 0) + 1);
        if (counts.size < 2) return null;
        const values =
          key === "severity" ? SEVERITIES.toReversed().filter((one) => counts.has(one)) : [...counts.keys()];
        const chosen: ReadonlySet<string> = filter[key];
        return (
          <fieldset key={key} class="alert-chips" aria-label={`By ${key}`}>
            {values.map((value) => (
              <button
                key={value}
                type="button"
                class="chip"
                aria-pressed={chosen.has(value)}
                onClick={() => onToggle(key, value)}
              >
                {key === "severity" && <SeverityMark severity={value as AlertInfo["severity"]} />}
                {key === "layer" ? layerName(value) : value}{" "}
                <span class="faint numeric">{counts.get(value)}</span>
              </button>
            ))}
          </fieldset>
        );
      })}
    </>
  );
}
