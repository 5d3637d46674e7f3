/** Hands the one store to every view, so that a view's props are only what its parent decides. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Store } from "../state/store";

const StoreContext = createContext<Store | null>(null);

/** Put around the application. */
export const StoreProvider = StoreContext.Provider;

/** The store of the application that this view is in. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("useStore needs a StoreProvider above it");
  return store;
}
