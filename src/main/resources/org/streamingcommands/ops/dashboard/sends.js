// The node's sends as they end.
import { events, rights } from "./api.js";
import { $, count, duration, h, millis, shortType, tone } from "./dom.js";
import { hash } from "./clients.js";

const SHOWN = 60;
let paused = false;
let missed = 0;

/** Listens until the stream ends; throws where it breaks. Of the chosen service alone where no more may be seen. */
export async function followSends(signal) {
  const service = rights.all ? "" : $("service").value;
  if (!service && !rights.all) return;
  for await (const { name, data } of events(`/v1/sends?service=${encodeURIComponent(service)}`, { signal })) {
    if (name === "error") return;
    if (data.missed) missed += Number(data.missed);
    if (data.ended) add(data.ended);
    const held = paused ? "paused" : "";
    $("sends-note").textContent = [held, missed ? `${count(missed)} not shown` : ""].filter(Boolean).join(" · ");
  }
}

function add(send) {
  if (paused) {
    missed++;
    return;
  }
  $("no-sends").hidden = true;
  const list = $("sends");
  list.prepend(h("li", { title: `${send.commandId}\n${send.message || ""}` },
    h("time", { datetime: send.endedAt }, new Date(send.endedAt).toLocaleTimeString([], { hour12: false })),
    h("a", { href: hash(send.service, send.clientId) }, send.clientId),
    h("span", { class: "type" }, shortType(send.type)),
    h("span", { class: `pill ${tone(send.outcome)}` }, send.outcome.replaceAll("_", " ").toLowerCase()),
    h("span", { class: "took" }, duration(millis(send.duration)))));
  while (list.children.length > SHOWN) list.lastChild.remove();
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", paused);
  $("pause").textContent = paused ? "Go on" : "Pause";
});
