// Who is connected, as a table that can be searched.
import { get, rights } from "./api.js";
import { $, count, duration, fill, h, since } from "./dom.js";

const PAGE = 100;
const rows = new Map();
let size = PAGE;

const wishes = () => ({ search: $("search").value.trim(), selector: $("selector").value.trim(), service: $("service").value });

export async function refreshClients(chosen) {
  const { search, selector, service } = wishes();
  if (!service && !rights.all) return;
  const query = new URLSearchParams({ search, selector, service, page_size: size });
  let page;
  let silent = [];
  try {
    page = await get(`/v1/clients?${query}`, AbortSignal.timeout(4000));
    silent = (page.silentNodes || []).map((name) => name.split("@").pop());
    $("clients-problem").hidden = silent.length === 0;
    $("clients-problem").textContent = `${silent.join(", ")} did not answer; clients are missing here.`;
  } catch (e) {
    if (e.status !== 400 && e.status !== 404) throw e;
    // What is typed is not finished yet, or wrong; the table stays as it was.
    $("clients-problem").textContent = e.message;
    $("clients-problem").hidden = false;
    return;
  }
  const clients = page.clients || [];
  showRows(clients, chosen);
  $("more").hidden = !page.nextPageToken || size >= 1000;
  $("clients-count").textContent = clients.length ? `${count(clients.length)}${page.nextPageToken ? " and more" : ""}` : "";
  showEmpty(clients.length === 0, search || selector, service, silent.length > 0);
}

/** Rows stay the elements that they are, so that a refresh takes no focus, click or selection away. */
function showRows(clients, chosen) {
  const wanted = new Set(clients.map((client) => hash(client.service, client.clientId)));
  for (const [key, known] of rows) {
    if (wanted.has(key)) continue;
    known.element.remove();
    rows.delete(key);
  }
  let at = $("rows").firstElementChild;
  for (const client of clients) {
    const key = hash(client.service, client.clientId);
    if (!rows.has(key)) rows.set(key, row(key, client));
    const known = rows.get(key);
    known.update(client, chosen);
    if (known.element === at) at = at.nextElementSibling;
    else $("rows").insertBefore(known.element, at);
  }
}

function row(key, { service, clientId }) {
  const cell = (kind) => h("td", { class: kind });
  const [labels, queued, inFlight, age, node] = [cell(null), cell("num"), cell("num"), cell("num dim"), cell("aside mono")];
  const element = h("tr", {},
    h("td", {}, h("a", { href: key }, clientId), h("small", {}, service)), labels, queued, inFlight, age, node);
  const number = (at, value) => fill(at, h("span", { class: value ? "hot" : "dim" }, count(value)));
  let shown = "";
  const update = (client, chosen) => {
    element.className = chosen && chosen.id === clientId && chosen.service === service ? "chosen" : "";
    const now = JSON.stringify(client.labels || {});
    if (shown !== now) {
      const pairs = Object.entries(client.labels || {}).sort().map(([name, value]) => `${name}=${value}`);
      fill(labels, pairs.map((pair) => h("span", { class: "label", title: pair }, pair)));
      shown = now;
    }
    number(queued, client.queueDepth);
    number(inFlight, client.inFlight);
    age.title = client.connectedSince;
    age.textContent = duration(since(client.connectedSince));
    node.textContent = (client.node || "").split("@").pop();
  };
  return { element, update };
}

/** To where a person was before they looked at the client. */
export function focusRow({ service, id }) {
  const known = rows.get(hash(service, id));
  if (known) known.element.querySelector("a").focus();
}

const first = () => ($("service").options[1] || { value: "agents" }).value;

function showEmpty(isEmpty, isSearched, service, isPart) {
  $("no-clients").hidden = !isEmpty;
  $("table").hidden = isEmpty;
  if (!isEmpty) return;
  if (isSearched) {
    fill($("no-clients"), "No client is like that.");
  } else if (isPart) {
    fill($("no-clients"), "The nodes that answer know of no client.");
  } else {
    const command = `java -jar target/streaming-commands.jar agent --service ${service || first()} --id a1`;
    fill($("no-clients"), "No client is connected. One that echoes what it gets:", h("code", {}, command));
  }
}

export const hash = (service, id) => `#/${encodeURIComponent(service)}/${encodeURIComponent(id)}`;

/** Calls back when something else is asked for; typing settles first. */
export function onWish(refresh) {
  let settles;
  for (const id of ["search", "selector", "service"]) {
    $(id).addEventListener("input", () => {
      size = PAGE;
      clearTimeout(settles);
      settles = setTimeout(refresh, 150);
    });
  }
  $("more").addEventListener("click", () => {
    size = 1000;
    refresh();
  });
}
