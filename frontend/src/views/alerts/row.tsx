/** Why this file: one alert: how bad, when, what happened, on what evidence; all of it leads to where it happened. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { AlertInfo } from "../../data/health_types";
import { alerts } from "../../state/alerts";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";
import { SeverityMark } from "./mark";
import { AlertSpark } from "./spark";
import { evidence, layerName } from "./words";

interface AlertRowProps {
  readonly alert: AlertInfo;
  /** Without the chart, for a narrow list. */
  readonly short?: boolean;
  readonly onGo: (alert: AlertInfo) => void;
}

export function AlertRow({ alert, short = false, onGo }: AlertRowProps): JSX.Element {
  const state = alerts(useStore());
  const row = useRef<HTMLLIElement>(null);
  const pointed = state.focus.value === alert.version;
  useEffect(() => {
    if (pointed) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [pointed]);
  const fresh = state.unseen.value.includes(alert);
  const { severity, step, sentence, layer, task, samples } = alert;
  return (
    <li ref={row} class="alert-row" data-focus={pointed} data-fresh={fresh}>
      <button
        type="button"
        class="alert-go"
        aria-current={pointed ? "true" : undefined}
        onClick={() => onGo(alert)}
      >
        <SeverityMark severity={severity} />
        <span class="alert-what">
          <span class="alert-head">
            <span class="visually-hidden">{severity}, </span>
            <b class="numeric">step {step.toLocaleString("en-US")}</b>
            <span class="muted"> · {layerName(layer)}</span>
            {task !== "" && <span class="muted"> · task {task}</span>}
            {fresh && <span class="alert-new">new</span>}
          </span>
          <span class="alert-sentence">{sentence}</span>
          <span class="alert-evidence numeric">
            {evidence(alert)}
            {samples.length > 0 && ` · ${plural(samples.length, "sample")}`}
          </span>
        </span>
        {!short && <AlertSpark alert={alert} />}
        {!short && <span class="alert-lead">go there</span>}
      </button>
    </li>
  );
}
