import { afterEach, expect, test } from "vitest";
import { BOOTSTRAP, connectHost, DATA_RELOADED } from "./host";

/** A window that keeps the port it was handed, as TensorBoard does. */
function fakeHost(): { window: Window; port: () => MessagePort; said: () => unknown } {
  let port: MessagePort | undefined;
  let said: unknown;
  const postMessage = (message: unknown, _origin: string, transfer: readonly Transferable[]) => {
    said = message;
    port = transfer[0] as MessagePort;
  };
  return {
    window: { postMessage } as unknown as Window,
    port: () => port as MessagePort,
    said: () => said,
  };
}

let leave: () => void = () => undefined;
let ports: MessagePort[] = [];
afterEach(() => {
  leave();
  for (const port of ports) port.close();
  ports = [];
});

async function ask(port: MessagePort, message: unknown): Promise<unknown> {
  ports.push(port);
  return new Promise((resolve) => {
    port.onmessage = (event: MessageEvent<string>) => resolve(JSON.parse(event.data));
    port.postMessage(typeof message === "string" ? message : JSON.stringify(message));
  });
}

test("announces itself, tells of a reload and answers it", async () => {
  const host = fakeHost();
  let reloads = 0;
  leave = connectHost(host.window, () => {
    reloads += 1;
  });
  expect(host.said()).toBe(BOOTSTRAP);
  const message = { type: DATA_RELOADED, id: 7, payload: null, error: null, isReply: false };
  expect(await ask(host.port(), message)).toEqual({ ...message, isReply: true });
  expect(reloads).toBe(1);
});

test("answers messages it does not know, and survives what is not a message", async () => {
  const host = fakeHost();
  let reloads = 0;
  leave = connectHost(host.window, () => {
    reloads += 1;
  });
  const port = host.port();
  port.postMessage("{not json");
  port.postMessage(JSON.stringify([1]));
  const unknown = { type: "experimental.RunsChanged", id: 8, payload: ["a"], error: null, isReply: false };
  expect(await ask(port, unknown)).toEqual({ ...unknown, payload: null, isReply: true });
  expect(reloads).toBe(0);
});
