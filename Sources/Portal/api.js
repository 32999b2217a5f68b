// What every page uses: elements, the key, requests, and words for numbers.

/** An element: h("a", {href: "#/"}, "text", child). Text is text, never HTML. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (["value", "checked", "disabled", "selected", "indeterminate"].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const store = () => (localStorage.getItem("maquette.keep") ? localStorage : sessionStorage);
export const key = {
  get: () => store().getItem("maquette.key"),
  set(value, keep) {
    key.forget();
    keep ? localStorage.setItem("maquette.keep", "1") : localStorage.removeItem("maquette.keep");
    store().setItem("maquette.key", value);
  },
  forget() {
    for (const place of [localStorage, sessionStorage]) place.removeItem("maquette.key");
    localStorage.removeItem("maquette.keep");
  },
};

/** Dialects by their prefix, so that it does not matter which stand at the root. */
export const DXGL = "/dxgl/v1", NATIVE = "/maq/maquette/v1";

export class Problem extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

export async function ask(path, { method = "GET", json, body, headers = {}, raw = false, signal } = {}) {
  const answer = await fetch(path, {
    method, signal, body: json === undefined ? body : JSON.stringify(json),
    headers: { Authorization: `Bearer ${key.get()}`, ...(json === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
  });
  if (!answer.ok) {
    let told = {};
    try { told = await answer.json(); } catch { /* no JSON: the status says enough */ }
    if (answer.status === 401) location.hash = "#/key";
    throw new Problem(answer.status, told.error?.message ?? told.title ?? `the service answered with ${answer.status}`);
  }
  if (raw) return answer;
  return answer.status === 204 ? null : answer.json();
}

/** A picture or video that needs the key, as an address for an element; it is given back when the page changes. */
const held = new Set();
export async function fileURL(path) {
  const url = URL.createObjectURL(await (await ask(path, { raw: true })).blob());
  held.add(url);
  return url;
}
export function releaseFiles() {
  for (const url of held) URL.revokeObjectURL(url);
  held.clear();
}

/** An image that is filled once its bytes are there. */
export function picture(path, alt, attributes = {}) {
  const image = h("img", { alt, loading: "lazy", ...attributes });
  fileURL(path).then((url) => { image.src = url; }, () => { image.removeAttribute("src"); });
  return image;
}

/** Saves a file that needs the key, or bytes that are here. */
export async function save(source, name) {
  const blob = source instanceof Blob ? source : await (await ask(source, { raw: true })).blob();
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 20000);
}

/** A random name for one order; `crypto.randomUUID` is there on https and loopback only. */
export const once = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let newsTimer;
export function say(text, isBad = false) {
  const news = document.getElementById("news");
  news.textContent = text;
  news.classList.toggle("bad", isBad);
  clearTimeout(newsTimer);
  newsTimer = setTimeout(() => { news.textContent = ""; }, isBad ? 9000 : 4000);
}

/** Runs an action of a button: it is off meanwhile, and what goes wrong is told. */
export function action(label, run, attributes = {}) {
  const button = h("button", { type: "button", ...attributes, onclick: async () => {
    button.disabled = true;
    try { await run(button); } catch (error) { if (error.name !== "AbortError") say(error.message, true); }
    button.disabled = false;
  } }, label);
  return button;
}

export const number = (value) => (value === null || value === undefined ? "–" : new Intl.NumberFormat().format(value));
export const bytes = (value) => (value < 1e6 ? `${(value / 1e3).toFixed(0)} kB` : `${(value / 1e6).toFixed(1)} MB`);
export const time = (text) => (text ? new Date(text).toLocaleString() : "–");

/** Calls `look` every so often until the page is left. */
export function every(milliseconds, page, look) {
  const turn = async () => {
    if (page.left) return;
    if (!document.hidden) { try { await look(); } catch (error) { if (!page.left) say(error.message, true); } }
    if (!page.left) setTimeout(turn, milliseconds);
  };
  return turn();
}
