// The calls of the node's HTTP api.

const KEY = "streaming-commands-token";
let onSignIn = () => {};

/** Whether whoever is signed in may look at all services, and so at the node. */
export const rights = { all: true };

/** What an answer says that is no success; `error` is the api's own words. */
export class Problem extends Error {
  constructor(status, error) {
    super(error.message || `the node answered ${status}`);
    this.status = status;
    this.error = error;
  }
}

/** @param callback is given what was wrong with the token that was shown; nothing where none was */
export function whenAsked(callback) { onSignIn = callback; }
export const isSignedIn = () => sessionStorage.getItem(KEY) != null;

/** @param token null to sign out */
export function signIn(token) {
  rights.all = true;
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
}

async function request(path, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const token = sessionStorage.getItem(KEY);
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { cache: "no-store", ...options, headers });
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const problem = new Problem(response.status, body.error || {});
  // An answer to a token that is not in use any more says nothing of the one that is.
  if (response.status === 401 && token === sessionStorage.getItem(KEY)) {
    signIn(null);
    onSignIn(token ? problem.message : "");
  }
  throw problem;
}

export const get = async (path, signal) => (await request(path, { signal })).json();
export const remove = async (path) => (await request(path, { method: "DELETE" })).json();

/** Reads Server-Sent Events until their end: `{name, data}` each. */
export async function* events(path, options = {}) {
  const response = await request(path, { ...options, headers: { ...options.headers, Accept: "text/event-stream" } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (rest + value).split("\n\n");
    rest = whole.pop();
    for (const block of whole) {
      const event = { name: "message", data: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      if (event.data) yield { name: event.name, data: JSON.parse(event.data) };
    }
  }
}

export const clientPath = (service, id) => `/v1/services/${encodeURIComponent(service)}/clients/${encodeURIComponent(id)}`;

export const sendCommand = (service, id, spec) => events(`${clientPath(service, id)}/commands`, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(spec) });
