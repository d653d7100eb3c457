"use strict";
// Builds the page from /openapi.json. Text goes in as text, never as markup.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
};

let description = {};
let fieldNumber = 0;

const resolve = (schema) => {
  if (!schema) return {};
  if (schema.$ref) {
    const parts = schema.$ref.replace(/^#\//, "").split("/");
    return resolve(parts.reduce((at, part) => at?.[part], description));
  }
  const choices = (schema.anyOf || schema.allOf || []).map(resolve).filter((choice) => choice.type !== "null");
  return choices.length ? { ...choices[0], ...schema } : schema;
};

const example = (raw) => {
  const schema = resolve(raw);
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === "array") return schema.items ? [example(schema.items)] : [];
  if (schema.type === "object") {
    const required = schema.required || [];
    return Object.fromEntries(required.map((name) => [name, example(schema.properties?.[name])]));
  }
  return { string: "", integer: 0, number: 0, boolean: false }[schema.type] ?? null;
};

const field = (name, raw, required) => {
  const schema = resolve(raw);
  const id = `field-${++fieldNumber}`;
  let input;
  if (schema.format === "binary") input = make("input", { type: "file", accept: "audio/*" });
  else if (schema.enum) {
    const choices = schema.enum.map((value) => make("option", { value }, String(value)));
    input = make("select", {}, required ? "" : make("option", { value: "" }, "—"), ...choices);
  } else if (schema.type === "boolean") {
    input = make("select", {}, ...["", "true", "false"].map((value) => make("option", { value }, value || "—")));
  } else {
    const numeric = schema.type === "number" || schema.type === "integer";
    input = make("input", { type: numeric ? "number" : "text", step: "any" });
    if (schema.default !== undefined && schema.default !== null) input.placeholder = String(schema.default);
  }
  input.id = id;
  input.name = name;
  input.required = required;
  const label = make("label", { for: id }, name, " ", make("small", {}, `${required ? "" : "(optional) "}${schema.description || ""}`));
  return [label, input];
};

const show = async (response, output) => {
  const type = response.headers.get("content-type") || "";
  const timing = response.headers.get("server-timing");
  output.append(make("p", {}, `${response.status} ${response.statusText}${timing ? ` · ${timing}` : ""}`));
  if (type.startsWith("audio/")) {
    output.append(make("audio", { controls: true, src: URL.createObjectURL(await response.blob()) }));
    const text = response.headers.get("x-likeness-text");
    if (text) output.append(make("pre", {}, decodeURIComponent(text)));
    return;
  }
  if (type.startsWith("text/event-stream")) {
    const log = make("pre");
    output.append(log);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      log.append(part.value.replace(/"(audio|data)": ?"([^"]{60})[^"]*"/g, '"$1":"$2…"'));
    }
    return;
  }
  const text = await response.text();
  let shown = text;
  try {
    const body = JSON.parse(text);
    if (typeof body.audio === "string" && body.format && body.format !== "pcm") {
      const bytes = Uint8Array.from(atob(body.audio), (character) => character.charCodeAt(0));
      const kind = { mp3: "audio/mpeg" }[body.format] || `audio/${body.format}`;
      output.append(make("audio", { controls: true, src: URL.createObjectURL(new Blob([bytes], { type: kind })) }));
      body.audio = `${body.audio.slice(0, 60)}… (${bytes.length} bytes)`;
    }
    shown = JSON.stringify(body, null, 2);
  } catch { /* not JSON: shown as it is */ }
  output.append(make("pre", {}, shown));
};

const call = async (path, method, operation, form, output) => {
  let address = path;
  const headers = {};
  const query = new URLSearchParams();
  for (const parameter of operation.parameters || []) {
    const value = form.elements[parameter.name]?.value ?? "";
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value !== "" && parameter.in === "query") query.set(parameter.name, value);
    else if (value !== "" && parameter.in === "header") headers[parameter.name] = value;
  }
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  let body;
  if (form.elements["json body"]) {
    body = form.elements["json body"].value;
    headers["Content-Type"] = "application/json";
  } else if (operation.requestBody) {
    body = new FormData();
    for (const input of form.querySelectorAll("[data-body] [name]")) {
      if (input.type === "file") { if (input.files.length) body.append(input.name, input.files[0]); }
      else if (input.value !== "") body.append(input.name, input.value);
    }
  }
  output.replaceChildren("…");
  try {
    const suffix = query.size ? `?${query}` : "";
    const response = await fetch(address + suffix, { method, headers, body });
    output.replaceChildren();
    await show(response, output);
  } catch (error) {
    output.append(make("p", {}, `The answer broke off: ${error.message}`));
  }
};

const block = (path, method, operation) => {
  const form = make("form");
  for (const parameter of operation.parameters || []) {
    form.append(...field(parameter.name, { ...resolve(parameter.schema), description: parameter.description }, parameter.required));
  }
  const content = operation.requestBody?.content || {};
  const multipart = content["multipart/form-data"];
  if (multipart) {
    const schema = resolve(multipart.schema);
    const fields = make("div", { "data-body": true });
    for (const [name, property] of Object.entries(schema.properties || {})) {
      fields.append(...field(name, property, (schema.required || []).includes(name)));
    }
    form.append(fields);
  } else if (content["application/json"]) {
    const id = `field-${++fieldNumber}`;
    const text = JSON.stringify(example(content["application/json"].schema), null, 2);
    form.append(make("label", { for: id }, "JSON body"), make("textarea", { id, name: "json body", spellcheck: "false" }, text));
  }
  const output = make("div", { "aria-live": "polite" });
  form.append(make("button", { type: "submit" }, "Try it"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    call(path, method.toUpperCase(), operation, form, output);
  });
  const summary = make(
    "summary", {},
    make("span", { class: "method" }, method.toUpperCase()), make("span", { class: "path" }, path), " ",
    make("span", { class: "hint" }, operation.summary || ""),
    operation.security?.length ? "" : make("span", { class: "open" }, "no key"),
  );
  return make("details", {}, summary, make("div", {}, make("p", {}, operation.description || ""), form, output));
};

const start = async () => {
  const place = document.getElementById("operations");
  try {
    description = await (await fetch("/openapi.json")).json();
  } catch (error) {
    place.replaceChildren(make("p", {}, `The description cannot be read: ${error.message}`));
    return;
  }
  document.getElementById("about").textContent = `${description.info.description} Version ${description.info.version}.`;
  place.replaceChildren();
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = operation.tags?.[0] || "other";
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(block(path, method, operation));
    }
  }
  for (const [name, blocks] of groups) place.append(make("h2", {}, name), ...blocks);
};

document.getElementById("access").addEventListener("submit", (event) => event.preventDefault());
start();
