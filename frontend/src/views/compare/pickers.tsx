/** Why this file: the pickers of a panel's title: which run, layer and method it shows, and at which epoch. */
import type { JSX } from "preact";
import type { PanelSpec } from "../../state/compare";

/** Value of the epoch picker for a panel that goes with the clock. */
const CLOCK = "clock";

interface Props {
  /** Of which panel, for those who cannot see where the picker is. */
  readonly panel: string;
  readonly spec: PanelSpec;
  readonly runs: readonly string[];
  readonly layers: readonly string[];
  readonly methods: readonly string[];
  /** `null`: this panel is the clock. */
  readonly steps: readonly number[] | null;
  readonly unit: string;
  readonly onChange: (change: Partial<PanelSpec>) => void;
}

interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onPick: (value: string) => void;
}

function Picker({ label, value, options, onPick }: PickerProps): JSX.Element {
  // What a link named and the server no longer has stays visible as what was asked for.
  const gone = !options.some(([known]) => known === value);
  return (
    <select
      class="compare-picker"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => {
        onPick(event.currentTarget.value);
        // Keys of the map work again at once.
        event.currentTarget.blur();
      }}
    >
      {gone && (
        <option value={value} disabled>
          {value || "–"}
        </option>
      )}
      {options.map(([known, text]) => (
        <option key={known} value={known}>
          {text}
        </option>
      ))}
    </select>
  );
}

const same = (names: readonly string[]) => names.map((name) => [name, name] as const);

/** Pickers of what there is a choice of. */
export function Pickers({ panel, spec, runs, layers, methods, steps, unit, onChange }: Props): JSX.Element {
  const { run, layer, method, epoch } = spec;
  const choice = (names: readonly string[], now: string) => names.length > 1 || !names.includes(now);
  return (
    <>
      {choice(runs, run) && (
        <Picker
          label={`Run of panel ${panel}`}
          value={run}
          options={same(runs)}
          onPick={(value) => onChange({ run: value })}
        />
      )}
      {choice(layers, layer) && layers.length > 0 && (
        <Picker
          label={`Layer of panel ${panel}`}
          value={layer}
          options={same(layers)}
          onPick={(value) => onChange({ layer: value })}
        />
      )}
      {choice(methods, method) && methods.length > 0 && (
        <Picker
          label={`Method of panel ${panel}`}
          value={method}
          options={same(methods)}
          onPick={(value) => onChange({ method: value })}
        />
      )}
      {steps !== null && (
        <Picker
          label={`Epoch of panel ${panel}`}
          value={epoch === null ? CLOCK : `${epoch}`}
          options={[
            [CLOCK, "same clock"],
            ...steps.map((step) => [`${step}`, `stays at ${unit} ${step}`] as const),
          ]}
          onPick={(value) => onChange({ epoch: value === CLOCK ? null : Number(value) })}
        />
      )}
    </>
  );
}
