// Which page is shown, and the key that all of them need.
import { action, ask, DXGL, h, key, NATIVE, releaseFiles, say } from "./api.js";

const pages = [
  ["models", "Models", () => import("./library.js")], ["jobs", "Jobs", () => import("./jobs.js")],
  ["gallery", "Gallery", () => import("./gallery.js")], ["datasets", "Datasets", () => import("./dataset.js")],
  ["account", "Account", () => import("./account.js")],
];
const others = { model: () => import("./model.js"), dataset: () => import("./dataset.js") };

let page = { left: false };

async function show() {
  page.left = true;
  page.leave?.();
  page = { left: false };
  const mine = page;
  releaseFiles();
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const content = document.getElementById("content");
  if (!key.get() || name === "key") return keyPage(content);
  for (const link of document.querySelectorAll("nav a")) {
    const isThis = link.hash === `#/${name}`;
    isThis ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  const load = pages.find(([id]) => id === name)?.[2] ?? others[name];
  if (!load) { location.hash = "#/models"; return; }
  try {
    const module = await load();
    if (mine.left) return;
    content.replaceChildren();
    await (rest.length ? module.one ?? module.default : module.default)(content, mine, ...rest);
  } catch (error) {
    if (!mine.left) content.replaceChildren(h("h1", {}, "This did not work"), h("p", { class: "bad" }, error.message));
  }
  document.title = `${content.querySelector("h1")?.textContent ?? "Maquette"} – Maquette`;
}

function keyPage(content) {
  const input = h("input", { type: "password", id: "key", autocomplete: "off", size: 50, required: true });
  const keep = h("input", { type: "checkbox" });
  content.replaceChildren(
    h("h1", {}, "Your key"),
    h("p", {}, "Everything here is asked for with an API key, as ", h("code", {}, "maquette keys --create NAME"),
      " prints one. It stays in this browser."),
    h("form", { onsubmit: async (event) => {
      event.preventDefault();
      key.set(input.value.trim(), keep.checked);
      try {
        await ask(`${DXGL}/account`);
        location.hash = "#/models";
        await who();
        show();
      } catch (error) {
        key.forget();
        say(error.status === 401 ? "This key is not known." : error.message, true);
      }
    } },
    h("p", {}, h("label", { class: "block", for: "key" }, "API key", input)),
    h("p", {}, h("label", {}, keep, "Keep it when the browser is closed")),
    h("button", { class: "main" }, "Go on")));
  input.focus();
  document.title = "Your key – Maquette";
}

async function who() {
  const place = document.getElementById("who");
  place.replaceChildren();
  if (!key.get()) return;
  try {
    const [account, credits] = await Promise.all([ask(`${NATIVE}/account`), ask(`${DXGL}/account`)]);
    place.replaceChildren(`${account.name} · ${credits.data.credits} credits `, action("Forget key", () => {
      key.forget();
      place.replaceChildren();
      location.hash = "#/key";
    }));
  } catch { /* the page itself tells what is wrong */ }
}

document.getElementById("pages").append(...pages.map(([id, title]) => h("a", { href: `#/${id}` }, title)));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("content").focus();
});
addEventListener("hashchange", show);
who();
show();
