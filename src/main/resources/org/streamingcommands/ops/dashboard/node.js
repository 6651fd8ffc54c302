// The node's figures, the nodes around it and their services.
import { get, rights } from "./api.js";
import { $, count, duration, fill, h, millis } from "./dom.js";

const SAMPLES = 60;
const rates = [];
const seen = new Map();
let last = null;

/** Asks the node; throws where it does not answer. */
export async function refreshNode() {
  const status = await get("/v1/node", AbortSignal.timeout(4000));
  const now = performance.now();
  const totals = Object.entries(status.figures.sends || {}).map(([word, number]) => [word, Number(number)]);
  const total = totals.reduce((sum, [, number]) => sum + number, 0);
  const good = totals.filter(([word]) => word === "COMPLETED").reduce((sum, [, number]) => sum + number, 0);
  if (last) {
    rates.push(Math.max(0, (total - last.total) / ((now - last.now) / 1000)));
    if (rates.length > SAMPLES) rates.shift();
  }
  last = { total, now };
  showTiles(status.figures, total, good);
  showNodes(status.nodes || [], status.node);
  $("self").textContent = status.node;
  return status;
}

/** The node that serves this page says nothing: the list must not go on claiming that it is up. */
export function nodeIsSilent() {
  for (const entry of document.querySelectorAll(`[data-node="${CSS.escape($("self").textContent)}"]`)) {
    entry.querySelector(".dot").className = "dot bad";
    entry.querySelector(".pill").className = "pill bad";
    entry.querySelector(".pill").textContent = "no answer";
  }
}

function showTiles(figures, total, good) {
  const rate = rates.at(-1) || 0;
  const tile = (name, value, extra) => h("div", { class: "tile" }, h("span", { class: "dim" }, name), h("b", {}, value), extra);
  fill($("tiles"),
    tile("Connected", count(figures.connected)),
    tile("Queued", count(figures.queued)),
    tile("In flight", count(figures.inFlight)),
    tile("Sends / s", rate < 10 ? rate.toFixed(1) : count(Math.round(rate)), sparkline()),
    tile("Completed", total ? `${((100 * good) / total).toFixed(good === total ? 0 : 1)} %` : "–"),
    tile("Half within", total ? duration(millis(figures.latencyP50)) : "–",
      total ? h("small", {}, `99 % within ${duration(millis(figures.latencyP99))}`) : null));
}

function sparkline() {
  const top = Math.max(1, ...rates);
  const points = rates.map((rate, i) => `${(100 * i) / (SAMPLES - 1)},${30 - (28 * rate) / top}`);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 32");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  if (points.length > 1) path.setAttribute("d", `M${points.join("L")}`);
  svg.append(path);
  return svg;
}

/** A node that is no member any more stays in the list, as gone, until the page is left. */
function showNodes(nodes, self) {
  const present = new Set();
  for (const node of nodes) {
    present.add(node.node);
    seen.set(node.node, node);
  }
  const named = (chosen) => [...seen.values()].filter(chosen).map((node) => node.node.split("@").pop());
  sayWhoIsGone(named((node) => !present.has(node.node)), named((node) => present.has(node.node) && !node.reachable));
  fill($("nodes"), [...seen.keys()].sort().map((name) => {
    const node = seen.get(name);
    const [tone, word] = !present.has(name) ? ["bad", "gone"]
      : !node.reachable ? ["bad", "unreachable"]
        : node.status === "Up" ? ["good", "up"] : ["warn", node.status.toLowerCase()];
    return h("li", { "data-node": name }, h("span", { class: `dot ${tone}` }),
      h("span", { class: "mono" }, name.split("@").pop()),
      h("span", { class: `pill ${tone}` }, word), name === self && h("span", { class: "dim" }, "this one"));
  }));
}

function sayWhoIsGone(gone, unreachable) {
  const say = (names, one, many) => names.length === 0 ? ""
    : names.length === 1 ? `Node ${names[0]} ${one}.` : `Nodes ${names.join(", ")} ${many}.`;
  const words = [say(unreachable, "cannot be reached", "cannot be reached"), say(gone, "is gone", "are gone")].filter(Boolean).join(" ");
  $("gone").hidden = !words;
  // What does not change is not announced again.
  if (words && $("gone-nodes").textContent !== words) $("gone-nodes").textContent = words;
}

$("forget").addEventListener("click", () => {
  seen.clear();
  $("gone").hidden = true;
});

/** Says what is left out for whoever may not look at all services. */
export function showLimits(services) {
  $("limited").hidden = rights.all;
  $("tiles").hidden = $("nodes-part").hidden = !rights.all;
  $("limited").textContent = services.length
    ? `Your token may look at ${services.map((service) => service.name).join(", ")}. Figures and nodes are for those who may look at all services.`
    : "Your token is known, and may not look at any service. Whoever runs the node grants that, with the action list.";
}

/** The services by name, with the types that their commands may have. */
export async function refreshServices() {
  const { services = [] } = await get("/v1/services", AbortSignal.timeout(4000));
  fill($("services"), services.length
    ? services.map((service) => h("li", { title: (service.nodes || []).join("\n") }, `${service.name} · ${count((service.nodes || []).length)} ${(service.nodes || []).length === 1 ? "node" : "nodes"}`))
    : h("li", {}, rights.all ? "none configured" : "none"));
  const chosen = $("service").value;
  const all = rights.all ? h("option", { value: "" }, "All services") : null;
  fill($("service"), all, services.map((service) => h("option", {}, service.name)));
  $("service").value = chosen || (rights.all ? "" : (services[0] || { name: "" }).name);
  return services;
}
