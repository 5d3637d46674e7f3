/** Style sheets that come as texts inside a script: they need no request, and the page's policy allows them. */

/** Adds them to the document, after those that are there. */
export function adoptStyles(texts: readonly string[]): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join("\n"));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
