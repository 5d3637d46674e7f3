/** What must be said about the selection: samples that this run lacks, and what could not be done. */
import type { JSX } from "preact";
import { IconButton } from "../../ui/button";
import { count } from "../../ui/format";
import { useStore } from "../store_context";

/** One line each; nothing when all is well. */
export function SelectionNotes(): JSX.Element | null {
  const { explore } = useStore();
  const selection = explore.selection.value;
  const missing = selection?.missing.length ?? 0;
  const notice = explore.notice.value;
  return (
    <>
      {missing > 0 && (
        <p class="advice numeric" role="status">
          {count(missing)} of the {count(missing + (selection?.count ?? 0))} selected samples{" "}
          {missing === 1 ? "is" : "are"} not in this run.
        </p>
      )}
      {notice !== "" && (
        <p class="advice" role="status">
          {notice}
          <IconButton
            icon="close"
            size={13}
            label="Close this note"
            class="note-close"
            onClick={() => {
              explore.notice.value = "";
            }}
          />
        </p>
      )}
    </>
  );
}
