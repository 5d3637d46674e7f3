/**
 * Why this file: who works in another tab of the browser sees in this one's title that something went wrong. The title that
 * is seen is TensorBoard's; where its page cannot be reached nothing happens.
 */
import { reachableParent } from "./tensorboard";

/** What this file puts before a title. */
const COUNT = /^\(\d+\) /;

/** Puts a count before the title of the browser's tab; 0 leaves the title as it was. */
export function showCount(count: number, frame: Window = window): void {
  const page = reachableParent(frame)?.document;
  if (page === undefined) return;
  const title = page.title.replace(COUNT, "");
  const wanted = count > 0 ? `(${count}) ${title}` : title;
  if (page.title !== wanted) page.title = wanted;
}
