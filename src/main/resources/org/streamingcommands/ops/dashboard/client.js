// One client: what is known of it, and a form that sends to it.
import { clientPath, get, remove } from "./api.js";
import { focusRow } from "./clients.js";
import { $, count, duration, fill, h, outcomeWord, shortType, since, tone } from "./dom.js";
import { sendForm } from "./send.js";

let shown = null;
let parts = null;

/** Shows a client, or none; the form stays as it is while the facts change. */
export function show(client, types) {
  if (client && shown && client.service === shown.service && client.id === shown.id) return;
  const before = shown;
  shown = client;
  const panel = $("detail");
  if (!client) {
    const wasHere = panel.contains(document.activeElement);
    parts = null;
    panel.replaceChildren();
    if (before && wasHere) focusRow(before);
    return;
  }
  parts = { state: h("span", { class: "pill" }, "…"), facts: h("dl", { class: "facts" }),
    underWay: h("ul", { class: "commands" }), ended: h("ul", { class: "commands" }) };
  fill(panel,
    h("div", { class: "detail-head" }, h("h3", { id: "detail-title" }, client.id), parts.state, h("span", { class: "grow" }),
      h("a", { href: "#/", "aria-label": "Close" }, "✕")),
    h("span", { class: "dim" }, client.service),
    parts.facts,
    h("h2", {}, "Send a command"), sendForm(client, types, refreshClient),
    h("h2", {}, "Under way"), parts.underWay,
    h("h2", {}, "Ended lately"), parts.ended,
    disconnectButton(client));
  panel.focus({ preventScroll: window.innerWidth > 992 });
}

/** Asks anew what is known of the shown client. */
export async function refreshClient() {
  if (!shown || !parts) return;
  const { service, id } = shown;
  const mine = parts;
  let view;
  try {
    view = await get(clientPath(service, id), AbortSignal.timeout(4000));
  } catch (e) {
    if (e.status !== 403) throw e;
    parts.state.className = "pill bad";
    parts.state.textContent = "not permitted";
    fill(parts.facts, h("dt", {}, "Why"), h("dd", {}, e.message));
    return;
  }
  if (mine !== parts) return;
  const at = view.connection;
  parts.state.className = `pill ${at ? "good" : "bad"}`;
  parts.state.textContent = at ? "connected" : "not connected";
  fill(parts.facts, at && facts(at));
  list(parts.underWay, (view.underWay || []).slice().reverse(), underWay);
  list(parts.ended, (view.ended || []).slice().reverse().slice(0, 20), ended);
}

function facts(at) {
  const labels = Object.entries(at.labels || {}).sort();
  const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];
  return [
    labels.length && fact("Labels", labels.map(([key, value]) => h("span", { class: "label" }, `${key}=${value}`))),
    fact("Queued", `${count(at.queueDepth)}, and ${count(at.inFlight)} in flight`),
    fact("Connected", `for ${duration(since(at.connectedSince))}`),
    fact("Heard of", `${duration(Math.max(0, since(at.lastSeen)))} ago`),
    at.clientVersion && fact("Version", at.clientVersion),
    fact("Node", h("span", { class: "mono" }, at.node)),
    fact("Session", h("span", { class: "mono" }, `${at.sessionId} · epoch ${at.epoch}`)),
  ].filter(Boolean).flat();
}

const list = (element, items, row) => fill(element, items.length ? items.map(row) : h("li", { class: "dim" }, "none"));

function underWay(command) {
  const word = (command.receipt || "waiting for room").replace("RECEIPT_", "").toLowerCase();
  return h("li", {}, h("span", { class: "pill" }, word), h("span", {}, shortType(command.type)),
    h("span", { class: "dim mono" }, command.commandId), command.percent ? h("progress", { max: 100, value: command.percent }) : null);
}

function ended(command) {
  const word = outcomeWord(command.outcome);
  return h("li", {}, h("span", { class: `pill ${tone(word)}` }, word.replaceAll("_", " ").toLowerCase()),
    h("span", {}, shortType(command.type)), h("span", { class: "dim" }, `${duration(since(command.endedAt))} ago`),
    h("span", { class: "dim mono" }, command.commandId));
}

function disconnectButton(client) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const button = h("button", { type: "button", class: "quiet danger", onclick: async () => {
    if (button.dataset.sure) {
      button.disabled = true;
      await remove(`${clientPath(client.service, client.id)}?message=${encodeURIComponent("by the dashboard")}`).catch((e) => { problem.textContent = e.message; problem.hidden = false; });
      button.disabled = false;
      delete button.dataset.sure;
      button.textContent = "Disconnect";
      refreshClient();
    } else {
      button.dataset.sure = "yes";
      button.textContent = "Disconnect it, really?";
    }
  } }, "Disconnect");
  return [button, problem];
}
