/** A panel that belongs to a button: closes on Escape and on a click elsewhere, and gives the focus back. */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PopoverProps {
  readonly label: string;
  readonly class?: string;
  /** The button that opened it: a click there is its own affair, and the focus returns to it. */
  readonly anchor: RefObject<HTMLElement>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The open panel; render it only while it is open. */
export function Popover({ label, class: extra, anchor, onClose, children }: PopoverProps): JSX.Element {
  const panel = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useEffect(() => {
    const onPointer = (event: Event) => {
      const target = event.target;
      if (!(target instanceof Node)) return;
      if (panel.current?.contains(target) || anchor.current?.contains(target)) return;
      close.current();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close.current();
      anchor.current?.focus();
    };
    panel.current?.focus({ preventScroll: true });
    document.addEventListener("pointerdown", onPointer, true);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointerdown", onPointer, true);
      document.removeEventListener("keydown", onKey, true);
    };
  }, [anchor]);

  return (
    <div ref={panel} role="dialog" aria-label={label} tabIndex={-1} class={`popover ${extra ?? ""}`}>
      {children}
    </div>
  );
}
