// Elements without markup in strings: what clients say of themselves is only ever text.

export const $ = (id) => document.getElementById(id);

/** An element; attributes by name, `on…` as listeners, everything else as children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

export const fill = (element, ...children) => element.replaceChildren(...children.flat().filter(Boolean));

export const count = (number) => Number(number || 0).toLocaleString("en");

/** Milliseconds as a person says them. */
export function duration(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s.toFixed(s < 10 ? 1 : 0)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return s < 86400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
}

/** Protobuf's "1.5s" in milliseconds. */
export const millis = (text) => parseFloat(text || "0") * 1000;

export const since = (time) => Date.now() - Date.parse(time);

export const shortType = (name) => (name || "").split(".").pop() || "?";

/** How an outcome's word is coloured. */
export function tone(word) {
  if (word === "COMPLETED") return "good";
  return word === "CANCELLED" ? "warn" : "bad";
}

/** The kind of an Outcome as one word: COMPLETED, FAILED, CANCELLED, or its reason. */
export function outcomeWord(outcome = {}) {
  if (outcome.undelivered) return outcome.undelivered.reason.replace("REASON_", "");
  return (Object.keys(outcome)[0] || "?").toUpperCase();
}
