/** Buttons: a round or square one that shows a pictogram, always with words for those who cannot see it. */
import type { JSX, Ref } from "preact";
import { Icon, type IconName } from "./icons";

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does, as an imperative; also its tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  /** For a switch: whether it is on. */
  readonly pressed?: boolean;
  readonly size?: number;
  readonly class?: string;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

/** A button whose face is a pictogram. */
export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      ref={props.buttonRef ?? null}
      class={`icon-button ${props.class ?? ""}`}
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={props.size ?? 18} />
    </button>
  );
}
