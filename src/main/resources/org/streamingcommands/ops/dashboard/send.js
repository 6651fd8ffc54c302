// The form that sends a command, and the steps that come back.
import { sendCommand } from "./api.js";
import { duration, fill, h, outcomeWord, tone } from "./dom.js";

/** In an Any these are not their fields but their value. */
const WITH_VALUE = /^google\.protobuf\.(\w+Value|Struct|ListValue|Value|Duration|Timestamp|FieldMask)$/;
const EXAMPLES = { "google.protobuf.StringValue": '"hello"', "google.protobuf.Struct": '{\n  "hello": "world"\n}', "google.protobuf.Int64Value": '"42"', "google.protobuf.BoolValue": "true" };

/** @param done called when the command ended */
export function sendForm(client, types, done) {
  const listId = "known-types";
  const type = h("input", { name: "type", list: listId, required: true, spellcheck: "false", autocomplete: "off", value: own(types) });
  const json = h("textarea", { name: "json", spellcheck: "false" });
  json.value = EXAMPLES[type.value] || "{}";
  let isExample = true;
  json.addEventListener("input", () => { isExample = false; });
  type.addEventListener("input", () => { if (isExample) json.value = EXAMPLES[type.value] || "{}"; });
  const timeout = h("input", { name: "timeout", type: "number", min: "0.1", step: "0.1", value: "5", inputmode: "decimal" });
  const priority = h("select", { name: "priority" }, h("option", { value: "PRIORITY_NORMAL" }, "Normal"), h("option", { value: "PRIORITY_HIGH" }, "High"));
  const button = h("button", { class: "main" }, "Send");
  const steps = h("ol", { class: "steps", "aria-live": "polite", hidden: true });
  const form = h("form", { class: "send", onsubmit: async (event) => {
    event.preventDefault();
    steps.hidden = false;
    steps.replaceChildren();
    button.disabled = true;
    try {
      await follow(client, spec(type.value.trim(), json.value, timeout.value, priority.value), steps);
    } catch (e) {
      step(steps, null, "bad", (e.error && e.error.reason) || "not sent", e.message);
    } finally {
      button.disabled = false;
      done().catch(() => {});
    }
  } },
  h("label", {}, h("span", {}, "Type"), type), h("datalist", { id: listId }, types.map((name) => h("option", { value: name }))),
  h("label", {}, h("span", {}, "JSON"), json),
  h("div", { class: "pair" }, h("label", {}, h("span", {}, "Timeout, seconds"), timeout), h("label", {}, h("span", {}, "Priority"), priority)),
  button);
  json.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return h("div", {}, form, steps);
}

/** The service's own types first; a text where it has none. */
const own = (types) => types.find((name) => !name.startsWith("google.")) || "google.protobuf.StringValue";

function spec(type, text, timeout, priority) {
  let value;
  try {
    value = JSON.parse(text.trim() || "{}");
  } catch (e) {
    throw new Error(`this is no JSON: ${e.message}`);
  }
  const payload = { "@type": `type.googleapis.com/${type}` };
  if (WITH_VALUE.test(type)) payload.value = value;
  else Object.assign(payload, value);
  return { payload, timeout: `${timeout || 5}s`, priority };
}

async function follow(client, command, steps) {
  const began = performance.now();
  const bar = h("progress", { max: 100, value: 0 });
  for await (const { name, data } of sendCommand(client.service, client.id, command)) {
    const took = performance.now() - began;
    if (name === "error") step(steps, took, "bad", data.error.reason || data.error.status, `${data.error.message} (${data.error.certainty || data.error.status})`);
    else if (data.receipt) step(steps, took, "", data.receipt.replace("RECEIPT_", ""));
    else if (data.progress) {
      bar.value = data.progress.percent || 0;
      if (!bar.isConnected) steps.append(h("li", { class: "going" }, bar));
    } else if (data.outcome) {
      if (data.outcome.completed) bar.value = 100;
      outcome(steps, took, data.outcome);
    }
  }
}

function outcome(steps, took, outcome) {
  const word = outcomeWord(outcome);
  const [kind] = Object.values(outcome);
  const answer = kind.result || kind.details;
  step(steps, took, tone(word), word, [kind.code, kind.message].filter(Boolean).join(": "), answer);
}

function step(steps, took, tone, word, message, answer) {
  const item = h("li", { class: tone }, h("b", {}, word.replaceAll("_", " ").toLowerCase()));
  if (took != null) item.append(h("span", { class: "dim" }, `+${duration(took)}`));
  if (message) item.append(h("span", {}, message));
  if (answer) {
    const { "@type": type, ...rest } = answer;
    const body = "value" in rest && Object.keys(rest).length === 1 ? rest.value : rest;
    const text = h("pre", {}, JSON.stringify(body, null, 2));
    item.append(h("span", { class: "dim mono" }, (type || "").split("/").pop()), text);
  }
  steps.append(item);
}
