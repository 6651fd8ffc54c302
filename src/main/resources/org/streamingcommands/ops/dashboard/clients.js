// Who is connected, as a table that can be searched.
import { get, rights } from "./api.js";
import { $, count, duration, fill, h, since } from "./dom.js";

const PAGE = 100;
let size = PAGE;

const wishes = () => ({ search: $("search").value.trim(), selector: $("selector").value.trim(), service: $("service").value });

export async function refreshClients(chosen) {
  const { search, selector, service } = wishes();
  if (!service && !rights.all) return;
  const query = new URLSearchParams({ search, selector, service, page_size: size });
  let page;
  try {
    page = await get(`/v1/clients?${query}`, AbortSignal.timeout(4000));
    const silent = page.silentNodes || [];
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
  fill($("rows"), clients.map((client) => row(client, chosen)));
  $("more").hidden = !page.nextPageToken || size >= 1000;
  $("clients-count").textContent = clients.length ? `${count(clients.length)}${page.nextPageToken ? " and more" : ""}` : "";
  showEmpty(clients.length === 0, search || selector, service);
}

function row(client, chosen) {
  const labels = Object.entries(client.labels || {}).sort();
  const number = (value) => h("td", { class: "num" }, h("span", { class: value ? "hot" : "dim" }, count(value)));
  return h("tr", { class: chosen && chosen.id === client.clientId && chosen.service === client.service ? "chosen" : null },
    h("td", {}, h("a", { href: hash(client.service, client.clientId) }, client.clientId), h("small", {}, client.service)),
    h("td", {}, labels.map(([key, value]) => h("span", { class: "label", title: `${key}=${value}` }, `${key}=${value}`))),
    number(client.queueDepth), number(client.inFlight),
    h("td", { class: "num dim", title: client.connectedSince }, duration(since(client.connectedSince))),
    h("td", { class: "aside mono" }, (client.node || "").split("@").pop()));
}

const first = () => ($("service").options[1] || { value: "agents" }).value;

function showEmpty(isEmpty, isSearched, service) {
  $("no-clients").hidden = !isEmpty;
  $("table").hidden = isEmpty;
  if (!isEmpty) return;
  if (isSearched) {
    fill($("no-clients"), "No client is like that.");
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
