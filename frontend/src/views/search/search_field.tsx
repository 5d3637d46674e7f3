/** The field in which the query is typed, and the list of what can come next (an ARIA combobox). */
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { QueryError, Range } from "../../query/ast";
import { type Completion, complete } from "../../query/complete";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";

/** `/` puts the caret here. */
export const FIELD_ID = "query";
const LIST_ID = "query-list";
export const PROBLEM_ID = "query-problem";

interface Props {
  readonly problem: ReadonlySignal<QueryError | null>;
}

/** Field, underline and list. */
export function SearchField({ problem }: Props): JSX.Element {
  const { explore } = useStore();
  const field = useRef<HTMLInputElement>(null);
  const caret = useSignal(0);
  const open = useSignal(false);
  const active = useSignal(-1);
  const scrolled = useSignal(0);
  const offers = useDerived(() => {
    const schema = explore.schema.value;
    if (!open.value || schema === null) return { from: 0, to: 0, items: [] };
    return complete(explore.text.value, Math.min(caret.value, explore.text.value.length), schema);
  }, [explore]);

  const look = (show: boolean) => {
    caret.value = field.current?.selectionStart ?? 0;
    active.value = -1;
    open.value = show;
  };
  const take = (item: Completion) => {
    const { from, to } = offers.peek();
    const text = explore.text.peek();
    explore.text.value = text.slice(0, from) + item.insert + text.slice(to);
    const at = from + item.insert.length;
    const input = field.current;
    if (input !== null) {
      // The signal is rendered later; the caret must not wait for it.
      input.value = explore.text.value;
      input.focus();
      input.setSelectionRange(at, at);
    }
    look(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { items } = offers.peek();
    const chosen = items[active.peek()];
    const move = (by: number) => {
      if (!open.peek()) look(true);
      else active.value = ((active.peek() + by + 1 + items.length + 1) % (items.length + 1)) - 1;
    };
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if ((event.key === "Enter" || event.key === "Tab") && open.peek() && chosen !== undefined)
      take(chosen);
    else if (event.key === "Enter") {
      open.value = false;
      explore.selectFound(event.shiftKey ? "add" : "replace");
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (open.peek()) open.value = false;
      else field.current?.blur();
      return;
    } else return;
    event.preventDefault();
  };

  const { items } = offers.value;
  const listed = open.value && items.length > 0;
  return (
    <div class="query-place">
      <div class="query-box" data-problem={problem.value !== null}>
        <Icon name="search" size={17} />
        <div class="query-line">
          <Underline text={explore.text.value} range={problem.value?.range ?? null} scrolled={scrolled} />
          <input
            ref={field}
            id={FIELD_ID}
            class="query-input"
            type="text"
            role="combobox"
            aria-label="Find samples"
            aria-autocomplete="list"
            aria-expanded={listed}
            aria-controls={LIST_ID}
            aria-activedescendant={listed && active.value >= 0 ? optionId(active.value) : undefined}
            aria-invalid={problem.value !== null}
            aria-describedby={problem.value === null ? undefined : PROBLEM_ID}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="Find samples: pred!=label and conf>0.8   (/)"
            value={explore.text.value}
            onInput={(event) => {
              explore.text.value = event.currentTarget.value;
              look(true);
            }}
            onClick={() => look(true)}
            onFocus={() => look(true)}
            onBlur={() => {
              open.value = false;
            }}
            onKeyDown={onKeyDown}
            onKeyUp={(event) => {
              if (event.key.startsWith("Arrow") && !event.key.endsWith("n") && !event.key.endsWith("p"))
                look(true);
            }}
            onScroll={(event) => {
              scrolled.value = event.currentTarget.scrollLeft;
            }}
          />
        </div>
        {explore.text.value !== "" && (
          <IconButton
            icon="close"
            label="Clear the query"
            size={15}
            class="query-clear"
            onClick={() => {
              explore.text.value = "";
              field.current?.focus();
            }}
          />
        )}
      </div>
      <Offers field={field} items={listed ? items : []} active={active} take={take} />
    </div>
  );
}

function optionId(i: number): string {
  return `${LIST_ID}-${i}`;
}

/** The text once more, invisible, below the field: only the line under what is wrong can be seen. */
function Underline({
  text,
  range,
  scrolled,
}: {
  text: string;
  range: Range | null;
  scrolled: Signal<number>;
}): JSX.Element | null {
  if (range === null) return null;
  // At the end something is missing: the line goes under the place where it is expected.
  const wrong = text.slice(range.from, range.to) || " ";
  return (
    <div class="query-mirror" aria-hidden="true">
      <span style={{ transform: `translateX(${-scrolled.value}px)` }}>
        {text.slice(0, range.from)}
        <u>{wrong}</u>
      </span>
    </div>
  );
}

interface OffersProps {
  readonly field: RefObject<HTMLInputElement>;
  readonly items: readonly Completion[];
  readonly active: Signal<number>;
  readonly take: (item: Completion) => void;
}

function Offers({ items, active, take }: OffersProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const at = active.value;
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView?.({ block: "nearest" });
  }, [at]);
  return (
    <div
      ref={list}
      id={LIST_ID}
      class="popover query-list"
      role="listbox"
      // A list that scrolls would take the focus from the field, and lose it when it closes.
      tabIndex={-1}
      aria-label="What can come next"
      hidden={items.length === 0}
    >
      {items.map((item, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and takes the keys.
        <div
          key={item.label}
          id={optionId(i)}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          class="query-offer"
          // The field keeps the focus, or the list would close before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(item)}
        >
          <code>{item.label}</code>
          <span class="faint">{item.says}</span>
        </div>
      ))}
    </div>
  );
}
