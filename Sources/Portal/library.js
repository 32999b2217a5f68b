// The models: brought in, found, tagged, rendered many at once.
import { action, ask, bytes, DXGL, h, key, number, once, picture, say, time } from "./api.js";

const step = 48;

/** SHA-256 as hexadecimal digits; what is there already need not be sent. */
async function digest(file) {
  // Browsers hash on https and loopback only; elsewhere the service finds out.
  if (!crypto.subtle) return `${file.name} ${file.size} ${file.lastModified}`;
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** With progress, which fetch does not tell of. */
function send(file, tell) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${DXGL}/models`);
    request.setRequestHeader("Authorization", `Bearer ${key.get()}`);
    request.upload.onprogress = (event) => tell(event.loaded / event.total);
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a proxy's page: the status says enough */ }
      request.status === 201 ? done(answer.data) : fail(new Error(answer.error?.message ?? `status ${request.status}`));
    };
    request.onerror = () => fail(new Error("the connection broke off"));
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}

const split = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

export default async function library(content, page) {
  const chosen = new Set();
  const state = { tags: "", search: "", offset: 0 };
  const list = h("ul", { class: "grid", "aria-label": "Models" });
  const count = h("p", { class: "quiet", role: "status" });
  const more = action("Show more", async () => { state.offset += step; await fill(true); });
  const bulk = h("div", { class: "row", hidden: true });

  // ---- Bringing in ----
  const sending = h("ul", { "aria-label": "Uploads" });
  const newTags = h("input", { id: "new-tags", size: 24, placeholder: "chair, oak" });
  const seen = new Map();
  async function take(files) {
    for (const file of files) {
      const bar = h("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
      const word = h("span", {}, "hashing");
      sending.append(h("li", {}, `${file.name} (${bytes(file.size)}) `, bar, " ", word));
      let sum;
      try {
        sum = await digest(file);
        if (seen.has(sum)) { word.textContent = "the same file was just sent"; continue; }
        seen.set(sum, file.name);
        word.textContent = "sending";
        const made = await send(file, (share) => { bar.value = share; });
        bar.value = 1;
        word.replaceChildren(h("a", { href: `#/model/${made.modelId}` }, made.duplicate ? "known already" : "there"));
        if (newTags.value.trim()) {
          await ask(`${DXGL}/models/${made.modelId}`, { method: "PATCH", json: { tags: split(newTags.value) } });
        }
      } catch (error) {
        seen.delete(sum);
        word.textContent = error.message;
        word.className = "bad";
      }
    }
    if (!page.left) await fill();
  }
  const input = h("input", { type: "file", multiple: true, id: "files", accept: ".glb,.gltf,.zip",
    onchange: () => { const files = [...input.files]; input.value = ""; take(files); } });
  const url = h("input", { type: "url", id: "url", size: 40, placeholder: "https://…/model.glb" });
  const drop = h("section", { class: "drop", "aria-label": "Bring models in",
    ondragover: (event) => { event.preventDefault(); drop.classList.add("over"); },
    ondragleave: () => drop.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); drop.classList.remove("over"); take([...event.dataTransfer.files]); } },
  h("div", { class: "row" }, h("label", { for: "files" }, "Drop GLB, glTF or ZIP here, or choose"), input,
    h("label", { for: "new-tags" }, "Tags for them"), newTags),
  h("div", { class: "row" }, h("label", { for: "url" }, "From an address"), url, action("Import", async () => {
    await ask(`${DXGL}/models/ingest`, { method: "POST", json: { url: url.value } });
    say("It is there.");
    await fill();
  })), sending);

  // ---- Finding ----
  const tagField = h("input", { id: "tags", size: 20, onchange: () => { state.tags = tagField.value; fill(); } });
  const searchField = h("input", { id: "search", type: "search", size: 20,
    oninput: () => { state.search = searchField.value.toLowerCase(); filter(); } });

  function filter() {
    let shown = 0;
    for (const card of list.children) {
      card.hidden = !card.dataset.text.includes(state.search);
      const box = card.querySelector("input");
      if (card.hidden && box.checked) box.click();
      if (!card.hidden) shown += 1;
    }
    count.textContent = `${number(shown)} shown of ${number(list.dataset.total)}`;
  }

  function card(model) {
    const box = h("input", { type: "checkbox", checked: chosen.has(model.modelId), "aria-label": `Choose ${model.title || model.modelId}`,
      onchange: () => { box.checked ? chosen.add(model.modelId) : chosen.delete(model.modelId); showBulk(); } });
    const thumb = h("a", { href: `#/model/${model.modelId}`, tabindex: -1, "aria-hidden": "true" },
      h("span", { class: "thumb" }));
    ask(`${DXGL}/renders?modelId=${model.modelId}&limit=10`).then(({ data }) => {
      const render = data.find((one) => one.assets.posterThumb);
      if (render && !page.left) {
        thumb.replaceChildren(picture(`${DXGL}/renders/${render.renderId}/poster`, "", { class: "thumb" }));
      }
    }, () => {});
    return h("li", { class: "card", "data-text": [model.title, model.sku, ...model.tags].join(" ").toLowerCase() },
      thumb, h("div", { class: "text" },
        h("label", {}, box, h("a", { href: `#/model/${model.modelId}` }, model.title || model.modelId)),
        h("span", {}, model.tags.map((tag) => h("span", { class: "tag" }, tag))),
        h("span", { class: "quiet" }, model.stats ? `${number(model.stats.triangles)} triangles` : time(model.createdAt))));
  }

  async function fill(isMore = false) {
    if (!isMore) state.offset = 0;
    const tags = split(state.tags).join(",");
    const query = new URLSearchParams({ limit: step, offset: state.offset, ...(tags ? { tags } : {}) });
    const answer = await ask(`${DXGL}/models?${query}`);
    if (page.left) return;
    const cards = answer.data.map(card);
    isMore ? list.append(...cards) : list.replaceChildren(...cards);
    list.dataset.total = answer.meta.total;
    // What is not shown any more is not chosen any more.
    if (!isMore) {
      const shown = new Set(answer.data.map((model) => model.modelId));
      for (const id of [...chosen]) if (!shown.has(id)) chosen.delete(id);
      showBulk();
    }
    more.hidden = list.children.length >= answer.meta.total;
    filter();
  }

  // ---- Many at once ----
  const bulkTags = h("input", { id: "bulk-tags", size: 20 });
  function showBulk() {
    bulk.hidden = chosen.size === 0;
    bulk.replaceChildren(
      h("strong", {}, `${chosen.size} chosen`), h("label", { for: "bulk-tags" }, "Tags"), bulkTags,
      action("Set tags", async () => {
        try {
          for (const id of chosen) await ask(`${DXGL}/models/${id}`, { method: "PATCH", json: { tags: split(bulkTags.value) } });
        } finally { await fill(); }
      }),
      action("Render a turntable of each", async () => {
        const renders = [...chosen].map((modelId) => ({ modelId, renderSettings: {} }));
        const quote = await ask(`${DXGL}/quote`, { method: "POST", json: { renders } });
        if (!confirm(`${quote.data.creditsRequired} of ${quote.data.creditsAvailable} credits. Go on?`)) return;
        await ask(`${DXGL}/renders/batch`, { method: "POST", json: { renders }, headers: { "Idempotency-Key": once() } });
        location.hash = "#/jobs";
      }, { class: "main" }),
      action("Delete", async () => {
        if (!confirm(`Delete ${chosen.size} models? Finished renders stay.`)) return;
        try {
          for (const id of [...chosen]) {
            try { await ask(`${DXGL}/models/${id}`, { method: "DELETE" }); } catch (error) { if (error.status !== 404) throw error; }
            chosen.delete(id);
          }
        } finally {
          showBulk();
          await fill();
        }
      }, { class: "danger" }));
  }

  content.append(h("h1", {}, "Models"), drop, h("div", { class: "row" },
    h("label", { for: "search" }, "Search"), searchField, h("label", { for: "tags" }, "With any of the tags"), tagField),
  bulk, count, list, more);
  await fill();
}
