/** Why this file: a button and the panel that it opens and closes belong together. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { Popover } from "./popover";

interface PopoverButtonProps {
  readonly open: Signal<boolean>;
  /** What the panel is called. */
  readonly label: string;
  readonly title: string;
  /** What is written on the button; where that is only a sign, `name` says it in words. */
  readonly text: string;
  readonly name?: string;
  readonly buttonClass: string;
  readonly panelClass: string;
  readonly children: ComponentChildren;
}

export function PopoverButton(props: PopoverButtonProps): JSX.Element {
  const { open } = props;
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div class="popover-place">
      <button
        type="button"
        ref={button}
        class={props.buttonClass}
        aria-label={props.name}
        title={props.title}
        aria-expanded={open.value}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {props.text}
      </button>
      {open.value && (
        <Popover
          label={props.label}
          class={props.panelClass}
          anchor={button}
          onClose={() => {
            open.value = false;
          }}
        >
          {props.children}
        </Popover>
      )}
    </div>
  );
}
