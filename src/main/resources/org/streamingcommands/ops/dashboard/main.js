// Keeps the page in step with the node, and says so when it cannot.
import { isSignedIn, rights, signIn, whenAsked } from "./api.js";
import { refreshClient, show } from "./client.js";
import { onWish, refreshClients } from "./clients.js";
import { $ } from "./dom.js";
import { nodeIsSilent, refreshNode, refreshServices, showLimits } from "./node.js";
import { followSends } from "./sends.js";

const EVERY = 1000;
let services = [];
let chosen = null;
let asking = false;
let following = new AbortController();

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

/** Whether the node drains; a token for some services only is not told, and sees those. */
async function isDraining() {
  try {
    return rights.all && (await refreshNode()).figures.draining;
  } catch (e) {
    if (e.status !== 403) throw e;
    rights.all = false;
    services = [];
    return false;
  }
}

async function turn(round) {
  if (document.hidden && round > 0) return;
  try {
    const draining = await isDraining();
    if (round % 5 === 0 || services.length === 0) services = await refreshServices();
    showLimits(services);
    await Promise.all([refreshClients(chosen), refreshClient()]);
    $("trouble").hidden = true;
    $("sign-out").hidden = !isSignedIn();
    link(draining ? "warn" : "good", draining ? "draining" : "live");
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
      if (!asking) await followSends((following = new AbortController()).signal);
    } catch {
      // The refresh says what is wrong; this only begins anew.
    }
    await pause(EVERY);
  }
}

/** What a person typed into the address bar may be no encoding of anything; then it is itself. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function route() {
  const [, service, id] = location.hash.split("/").map(decoded);
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

function ask(problem) {
  if (asking && !problem) return;
  asking = true;
  following.abort();
  link("warn", "sign in");
  document.body.classList.add("asking");
  $("trouble").hidden = $("sign-out").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-problem").hidden = !problem;
  $("sign-in-problem").textContent = problem ? `${problem.replace(/^token: /, "The token ")}.` : "";
  $("token").focus();
}

whenAsked(ask);
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn($("token").value.trim());
  $("token").value = "";
  $("sign-in").hidden = true;
  document.body.classList.remove("asking");
  services = [];
  asking = false;
  turn(0);
});
$("sign-out").addEventListener("click", () => {
  signIn(null);
  location.reload();
});
$("service").addEventListener("input", () => { if (!rights.all) following.abort(); });

await turn(0);
route();
keepRefreshing();
keepFollowing();
