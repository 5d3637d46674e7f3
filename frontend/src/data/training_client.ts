/** Why this file: asks for the training log of one run. Every answer but the index is of one version of it. */
import type { Client, Query } from "./client";
import { decodeAnswers, decodeFilters, decodeFlips, decodeHistory, decodeSeries } from "./training_codec";
import type {
  Answers,
  ClassHistory,
  FilterTile,
  FlipEvents,
  Matrix,
  ScalarSeries,
  Series,
  TopFilters,
  TrainingFinding,
  TrainingIndex,
} from "./training_types";

/** Names a version of a run's log. */
export interface LogVersion {
  readonly run: string;
  readonly v: string;
}

/** A part of a stretch, and how many pixels it is drawn on. `start`, `stop`: rows; left out: all. */
export interface Span {
  readonly stretch: number;
  readonly start?: number;
  readonly stop?: number;
  readonly width: number;
}

export interface SeriesQuery extends Span {
  readonly array: "weights" | "gradients" | "update" | "learning_rates" | "bands";
  /** Of weights and gradients, as "l2". */
  readonly statistics?: readonly string[];
  /** Layers, then modules; of learning rates, parameter groups. */
  readonly places: readonly number[];
}

export interface MatrixQuery {
  readonly stretch: number;
  readonly set: string;
  readonly k: number;
  readonly threshold: number;
  readonly count: number;
  readonly detail: boolean;
}

export class TrainingClient {
  constructor(
    private readonly client: Client,
    private readonly log: LogVersion,
  ) {}

  static index(client: Client, run: string, signal: AbortSignal): Promise<TrainingIndex> {
    return client.plain("training", { run }, signal);
  }

  series({ statistics, places, ...span }: SeriesQuery, signal: AbortSignal): Promise<Series> {
    const asked = statistics === undefined ? {} : { statistics: statistics.join(",") };
    return this.packed("series", { ...span, ...asked, places: places.join(",") }, signal, decodeSeries);
  }

  filters(layer: number, span: Span, signal: AbortSignal): Promise<FilterTile> {
    return this.packed("filters", { ...span, layer }, signal, decodeFilters);
  }

  /** The filters that changed most at some rows. */
  top(stretch: number, rows: readonly number[], signal: AbortSignal): Promise<TopFilters> {
    return this.plain("top", { stretch, rows: rows.join(",") }, signal);
  }

  async findings(stretch: number, signal: AbortSignal): Promise<readonly TrainingFinding[]> {
    const answer = await this.plain<{ findings: readonly TrainingFinding[] }>(
      "findings",
      { stretch },
      signal,
    );
    return answer.findings;
  }

  answers(set: string, signal: AbortSignal): Promise<Answers> {
    return this.packed("answers", { set }, signal, decodeAnswers);
  }

  flips(set: string, signal: AbortSignal): Promise<FlipEvents> {
    return this.packed("flips", { set }, signal, decodeFlips);
  }

  history(set: string, classNumber: number, signal: AbortSignal): Promise<ClassHistory> {
    return this.packed("history", { set, class: classNumber }, signal, decodeHistory);
  }

  matrix({ detail, ...query }: MatrixQuery, signal: AbortSignal): Promise<Matrix> {
    return this.plain("matrix", { ...query, detail: detail ? 1 : 0 }, signal);
  }

  scalar(tag: string, signal: AbortSignal): Promise<ScalarSeries> {
    return this.plain("scalar", { tag }, signal);
  }

  private packed<T>(
    route: string,
    query: Query,
    signal: AbortSignal,
    decode: (buffer: ArrayBuffer) => T,
  ): Promise<T> {
    return this.client.packed(route, { ...this.log, ...query }, signal, decode);
  }

  private plain<T>(route: string, query: Query, signal: AbortSignal): Promise<T> {
    return this.client.plain(route, { ...this.log, ...query }, signal);
  }
}
