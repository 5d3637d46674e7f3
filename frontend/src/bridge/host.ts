/**
 * The message channel of TensorBoard's experimental plugin library, as small as this plugin needs it.
 *
 * The host posts JSON messages over a MessagePort and waits for an answer to each one; a guest that stays silent
 * leaks a pending promise in the host at every reload, so everything is answered, known or not.
 * Nothing here may import from views or data.
 */

/** What travels over the port, in both directions. */
interface HostMessage {
  readonly type: string;
  readonly id: number;
  readonly payload: unknown;
  readonly error: string | null;
  readonly isReply: boolean;
}

/** Announces a guest to TensorBoard; the port to answer on travels with it. */
export const BOOTSTRAP = "experimental.bootstrap";
/** Sent by TensorBoard when its reload button was pressed or its automatic reload fired. */
export const DATA_RELOADED = "experimental.DataReloaded";

/**
 * Joins the host's message channel.
 *
 * @param parent the window that TensorBoard runs in
 * @param onReload called whenever TensorBoard says that its data was reloaded
 * @returns a function that leaves the channel
 */
export function connectHost(parent: Window, onReload: () => void): () => void {
  const channel = new MessageChannel();
  const port = channel.port1;
  port.onmessage = (event: MessageEvent<unknown>) => {
    const message = parseMessage(event.data);
    if (message === null || message.isReply) return;
    port.postMessage(
      JSON.stringify({ type: message.type, id: message.id, payload: null, error: null, isReply: true }),
    );
    if (message.type === DATA_RELOADED) onReload();
  };
  parent.postMessage(BOOTSTRAP, "*", [channel.port2]);
  return () => {
    port.onmessage = null;
    port.close();
  };
}

/** Reads one message; null when the data is not one, since any page may post to a window. */
function parseMessage(data: unknown): HostMessage | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    return isHostMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isHostMessage(value: unknown): value is HostMessage {
  if (typeof value !== "object" || value === null) return false;
  return (
    "type" in value &&
    typeof value.type === "string" &&
    "id" in value &&
    typeof value.id === "number" &&
    "isReply" in value
  );
}
