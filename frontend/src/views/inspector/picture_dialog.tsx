/** The full-size picture of a sample, over everything else until it is closed. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../../ui/button";

interface Props {
  readonly url: string;
  readonly title: string;
  readonly onClose: () => void;
}

/** The dialog; render it only while it is open. */
export function PictureDialog({ url, title, onClose }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal?.();
    return () => element?.close?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="picture-dialog"
      aria-label={title}
      onCancel={onClose}
      onKeyDown={(event) => {
        // Escape is meant for the dialog alone, other keys not for the page below it.
        event.stopPropagation();
        if (event.key === "Escape") onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <header>
        <h3>{title}</h3>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {failed ? (
        <p class="absent">The picture could not be loaded from {url}</p>
      ) : (
        <img src={url} alt={title} onError={() => setFailed(true)} />
      )}
    </dialog>
  );
}
