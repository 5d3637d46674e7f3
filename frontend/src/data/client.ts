/**
 * Why this file: the only place that talks to the server. URLs are relative to the page's base, so TensorBoard's
 * `--path_prefix` needs no care; what fails becomes one sentence with its URL.
 */
import {
  CodecError,
  decodeFrame,
  decodeLabelQuality,
  decodeLandscape,
  decodeOutcomes,
  decodeRows,
} from "./codec";
import { type JsonSamples, readSamples } from "./samples";
import type {
  Bounds,
  Details,
  FrameData,
  LandscapeData,
  Outcomes,
  RunIndex,
  RunsAnswer,
  Samples,
} from "./types";

/** Pauses before the second and third try of a request that the network dropped. */
const RETRY_DELAYS_MS = [500, 2_000] as const;
/** Newest `format` of the index that this code reads. */
const INDEX_FORMAT = 1;

/** Samples that the `details` route answers for at once. */
export const MOST_DETAILS = 500;

/** A request that did not work, for a reader: `message` is a sentence, `url` what was asked for. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    message: string,
    readonly url: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
  ) {
    super(message);
  }
}

export interface ClientOptions {
  readonly fetch: typeof fetch;
  /** Where the routes are, ending in "/". */
  readonly base: string;
  readonly retryDelaysMs?: readonly number[];
}

/** Arguments of a route. */
export type Query = Readonly<Record<string, string | number>>;

/** Names one write of a frame, a landscape or a snapshot. */
export interface FrameAddress {
  readonly run: string;
  readonly layer: string;
  readonly step: number;
  readonly version: string;
}

export class Client {
  private readonly retryDelaysMs: readonly number[];

  constructor(private readonly options: ClientOptions) {
    this.retryDelaysMs = options.retryDelaysMs ?? RETRY_DELAYS_MS;
  }

  url(route: string, query: Query = {}): string {
    const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
    const tail = search.size > 0 ? `?${search}` : "";
    return new URL(route + tail, this.options.base).href;
  }

  /** Whether a route may be asked for at all: a server has every one, a page that is a file those that it holds. */
  answers(_route: string): boolean {
    return true;
  }

  async runs(signal: AbortSignal): Promise<RunsAnswer> {
    return this.json<RunsAnswer>(this.url("runs"), signal);
  }

  async index(run: string, signal: AbortSignal): Promise<RunIndex> {
    return this.json<RunIndex>(this.url("index", { run }), signal);
  }

  async samples(run: string, version: string, signal: AbortSignal): Promise<Samples> {
    const url = this.url("samples", { run, v: version });
    return readSamples(await this.json<JsonSamples>(url, signal, false));
  }

  async frame(address: FrameAddress, bounds: Bounds, signal: AbortSignal): Promise<FrameData> {
    const url = this.payloadUrl("frame", address);
    return this.decode(url, signal, (buffer) => decodeFrame(buffer, address.step, bounds));
  }

  async landscape(address: FrameAddress, signal: AbortSignal): Promise<LandscapeData> {
    const url = this.payloadUrl("landscape", address);
    return this.decode(url, signal, (buffer) => decodeLandscape(buffer, address.step));
  }

  /** What the model said of every sample at a snapshot, which `address` names. */
  async outcomes(address: FrameAddress, signal: AbortSignal): Promise<Outcomes> {
    const url = this.payloadUrl("outcomes", address);
    return this.decode(url, signal, (buffer) => decodeOutcomes(buffer, address.step));
  }

  /** How good the run so far makes each label, up to and with a snapshot, which `address` names. */
  async labelQuality(address: FrameAddress, signal: AbortSignal): Promise<Float32Array> {
    return this.decode(this.payloadUrl("label_quality", address), signal, decodeLabelQuality);
  }

  /** Rows of the samples that were chosen at a step. */
  async selected(run: string, step: number, version: string, signal: AbortSignal): Promise<Int32Array> {
    return this.decode(this.url("selected", { run, step, v: version }), signal, decodeRows);
  }

  /** What is known of at most `MOST_DETAILS` samples at a snapshot. */
  async details(address: FrameAddress, rows: readonly number[], signal: AbortSignal): Promise<Details> {
    const { run, layer, step, version } = address;
    const url = this.url("details", { run, layer, step, v: version, rows: rows.join(",") });
    return this.json<Details>(url, signal, false);
  }

  /** The table of a layer as a file: of the samples in some rows, or of all. */
  async table(
    query: Readonly<Record<"run" | "layer" | "method" | "format", string>>,
    rows: readonly number[] | null,
    signal: AbortSignal,
  ): Promise<ArrayBuffer> {
    const post = rows === null ? {} : { method: "POST", body: JSON.stringify(rows) };
    return this.get(this.url("table", query), signal, post);
  }

  /** The full-size picture of a sample. */
  imageUrl(run: string, version: string, row: number): string {
    return this.url("image", { run, v: version, row });
  }

  thumbnailsUrl(run: string, version: string): string {
    return this.url("thumbnails", { run, v: version });
  }

  /** What any route answers in the binary container. */
  packed<T>(
    route: string,
    query: Query,
    signal: AbortSignal,
    decode: (buffer: ArrayBuffer) => T,
  ): Promise<T> {
    return this.decode(this.url(route, query), signal, decode);
  }

  /** What any route answers in JSON without a version of its own. */
  plain<T>(route: string, query: Query, signal: AbortSignal): Promise<T> {
    return this.json<T>(this.url(route, query), signal, false);
  }

  private payloadUrl(route: string, { run, layer, step, version }: FrameAddress): string {
    return this.url(route, { run, layer, step, v: version });
  }

  private async decode<T>(url: string, signal: AbortSignal, decode: (buffer: ArrayBuffer) => T): Promise<T> {
    const buffer = await this.get(url, signal);
    try {
      return decode(buffer);
    } catch (error) {
      if (error instanceof CodecError)
        throw new RequestError(`The data cannot be read: ${error.message}.`, url, 200);
      throw error;
    }
  }

  private async json<T>(url: string, signal: AbortSignal, versioned = true): Promise<T> {
    const buffer = await this.get(url, signal);
    let answer: unknown;
    try {
      answer = JSON.parse(new TextDecoder().decode(buffer));
    } catch {
      throw new RequestError("The server answered with something that is not JSON.", url, 200);
    }
    const format = (answer as { format?: unknown } | null)?.format;
    if (versioned && (typeof format !== "number" || format > INDEX_FORMAT)) {
      const message = `The server speaks format ${String(format)} and this page ${INDEX_FORMAT}: reload the page.`;
      throw new RequestError(message, url, 200);
    }
    return answer as T;
  }

  /** Tries again after a dropped connection or a 5xx of a proxy; a 4xx is an answer and is not asked for twice. */
  private async get(url: string, signal: AbortSignal, more: RequestInit = {}): Promise<ArrayBuffer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.attempt(url, signal, more);
      if (!(answer instanceof RequestError)) return answer;
      const delay = this.retryDelaysMs[attempt];
      if (delay === undefined || (answer.status > 0 && answer.status < 500)) throw answer;
      await pause(delay, signal);
    }
  }

  private async attempt(
    url: string,
    signal: AbortSignal,
    more: RequestInit,
  ): Promise<ArrayBuffer | RequestError> {
    let response: Response;
    let body: ArrayBuffer;
    try {
      response = await this.options.fetch(url, { ...more, signal });
      body = await response.arrayBuffer();
    } catch (error) {
      if (signal.aborted) throw error;
      return new RequestError("TensorBoard does not answer: is it still running?", url, 0);
    }
    if (response.ok) return body;
    const sentence = new TextDecoder().decode(body).trim();
    const plain = sentence !== "" && sentence.length < 500 && !sentence.startsWith("<");
    return new RequestError(
      plain ? sentence : `The server answered ${response.status}.`,
      url,
      response.status,
    );
  }
}

/** Resolves after `ms`; rejects at once when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal.removeEventListener("abort", aborted);
      resolve();
    }
    function aborted() {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener("abort", aborted, { once: true });
  });
}
