// Keeps the page in step with the node, and says so when it cannot.
import { signIn, whenAsked } from "./api.js";
import { refreshClient, show } from "./client.js";
import { onWish, refreshClients } from "./clients.js";
import { $ } from "./dom.js";
import { nodeIsSilent, refreshNode, refreshServices } from "./node.js";
import { followSends } from "./sends.js";

const EVERY = 1000;
let services = [];
let chosen = null;
let asking = false;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function link(tone, text) {
  $("link").className = `pill ${tone}`;
  $("link").textContent = text;
}

function trouble(e) {
  if (asking) return;
  link("bad", "no answer");
  $("trouble").hidden = false;
  if (!e.status) nodeIsSilent();
  $("trouble").textContent = e.status
    ? `The node answers, but not with what was asked for: ${e.message}`
    : "The node does not answer; it may have stopped. What you see is what it said last. Trying again.";
}

async function turn(round) {
  if (document.hidden && round > 0) return;
  try {
    const node = await refreshNode();
    if (round % 5 === 0 || services.length === 0) services = await refreshServices();
    await Promise.all([refreshClients(chosen), refreshClient()]);
    $("trouble").hidden = true;
    link(node.figures.draining ? "warn" : "good", node.figures.draining ? "draining" : "live");
  } catch (e) {
    trouble(e);
  }
}

async function keepRefreshing() {
  for (let round = 0; ; round++) {
    if (!asking) await turn(round);
    await pause(EVERY);
  }
}

async function keepFollowing() {
  for (;;) {
    try {
      if (!asking) await followSends();
    } catch {
      // The refresh says what is wrong; this only begins anew.
    }
    await pause(EVERY);
  }
}

function route() {
  const [, service, id] = location.hash.split("/").map(decodeURIComponent);
  chosen = service && id ? { service, id } : null;
  const known = services.find((each) => each.name === service);
  show(chosen, (known && known.types) || []);
  refreshClients(chosen).catch(trouble);
  refreshClient().catch(trouble);
}

function keys(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    $("search").focus();
  } else if (event.key === "Escape") {
    if (typing) event.target.blur();
    else location.hash = "#/";
  }
}

function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  localStorage.setItem("streaming-commands-theme", (document.documentElement.dataset.theme = now === "dark" ? "light" : "dark"));
}

const remembered = localStorage.getItem("streaming-commands-theme");
if (remembered) document.documentElement.dataset.theme = remembered;
$("theme").addEventListener("click", theme);
addEventListener("hashchange", route);
addEventListener("keydown", keys);
onWish(() => refreshClients(chosen).catch(trouble));

whenAsked(() => {
  asking = true;
  link("warn", "sign in");
  $("sign-in").hidden = false;
  $("token").focus();
});
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn($("token").value.trim());
  $("token").value = "";
  $("sign-in").hidden = true;
  asking = false;
});

await turn(0);
route();
keepRefreshing();
keepFollowing();
