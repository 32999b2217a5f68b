// One model: seen from all sides, measured, rendered, worked on.
import { action, ask, bytes, DXGL, every, h, NATIVE, number, once, picture, save, say, time } from "./api.js";

/** Settings of a render by name: what may be chosen, and what is usual. */
const settings = {
  output: ["video", "dataset"], quality: ["standard", "4k", "pro"], aspect: ["16:9", "1:1", "9:16"],
  effect: ["turntable", "hero-spin", "showcase", "zoom-orbit", "reveal"],
  datasetQuality: ["100x800", "196x1024", "400x2048"], coverage: ["hemisphere", "sphere"],
};
const verbs = [
  ["repair", "Repair", ["glb", "stl", "3mf"]], ["decimate", "Halve the triangles", ["glb", "stl"], { ratio: 0.5 }],
  ["remesh", "Remesh", ["glb", "stl"]], ["hollow", "Hollow", ["stl", "3mf"]], ["print", "Prepare for printing", ["stl", "3mf"]],
  ["optimize", "Optimize", ["glb"]], ["convert", "Convert", ["glb", "stl", "ply", "3mf", "off", "zip", "usdz"]],
];

export async function one(content, page, id) {
  const [{ data: model }, overlays] = await Promise.all([ask(`${DXGL}/models/${id}`), ask(`${DXGL}/overlays`)]);
  if (page.left) return;
  const canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "The model; arrow keys turn it, plus and minus come nearer" });
  const stage = h("div", { class: "stage" }, canvas);
  const told = h("p", { class: "quiet", role: "status" }, "loading the model");
  let viewer;
  const modes = [];
  const mode = (name, label) => {
    const box = h("input", { type: "checkbox", "data-mode": name, onchange: () => viewer?.set(name, box.checked) });
    modes.push(box);
    return h("label", {}, box, label);
  };

  content.append(h("h1", {}, model.title || id), h("div", { class: "two" },
    h("section", { "aria-label": "Viewer" }, stage,
      h("div", { class: "row" }, mode("wireframe", "Wireframe"), mode("normals", "Normals"), mode("bounds", "Bounds"),
        mode("turning", "Turn"), action("From the front", async () => viewer?.reset())), told),
    h("div", {}, facts(model), report(model, page))), renderForm(model, overlays.data, stage, () => viewer, page),
  h("h2", {}, "Renders"), renders(model, page), h("h2", {}, "Work on it"), work(model, page));

  const { Viewer } = await import("./viewer.js");
  page.leave = () => viewer?.stop();
  const nothing = { set() {}, stop() {}, reset() {}, background() {} };
  await every(1500, page, async () => {
    if (viewer) return;
    let made, begun;
    try {
      const file = await ask(`${DXGL}/models/${id}/file`, { raw: true });
      const data = await file.arrayBuffer();
      begun = performance.now();
      made = new Viewer(canvas);
      await made.load(data);
    } catch (error) {
      // Not there yet is asked for again; what cannot be shown is not.
      if (error.status === 409) return;
      made?.stop();
      viewer = nothing;
      told.textContent = error.message;
      return;
    }
    if (page.left) { made.stop(); return; }
    viewer = made;
    for (const box of modes) viewer.set(box.dataset.mode, box.checked);
    const parts = made.parts.map((part) => `${part.name}: ${number(part.triangles)} triangles`);
    told.replaceChildren(`${number(made.triangles)} triangles shown in ${Math.round(performance.now() - begun)} ms `,
      h("details", {}, h("summary", {}, `${parts.length} parts`), h("ul", {}, parts.map((part) => h("li", {}, part)))));
    canvas.dataset.ready = "yes";
  });
}

function facts(model) {
  const title = h("input", { id: "title", value: model.title, size: 30 });
  const sku = h("input", { id: "sku", value: model.sku, size: 20 });
  const tags = h("input", { id: "tags", value: model.tags.join(", "), size: 30 });
  return h("section", { "aria-label": "Facts" },
    h("div", { class: "row" }, h("label", { class: "block" }, "Title", title), h("label", { class: "block" }, "SKU", sku),
      h("label", { class: "block" }, "Tags", tags), action("Save", async () => {
        await ask(`${DXGL}/models/${model.modelId}`, { method: "PATCH", json: {
          title: title.value, sku: sku.value, tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean) } });
        say("Saved.");
      })),
    h("dl", {}, h("dt", {}, "Id"), h("dd", {}, model.modelId), h("dt", {}, "Uploaded"), h("dd", {}, time(model.createdAt)),
      h("dt", {}, "Format"), h("dd", {}, model.format),
      ...["vertices", "triangles", "materials"].flatMap((name) => [h("dt", {}, name[0].toUpperCase() + name.slice(1)),
        h("dd", {}, number(model.stats?.[name]))])),
    h("div", { class: "row" }, action("Download GLB", () => save(`${DXGL}/models/${model.modelId}/file`, `${model.title || model.modelId}.glb`)),
      action("Delete", async () => {
        if (!confirm("Delete this model? Finished renders stay.")) return;
        await ask(`${DXGL}/models/${model.modelId}`, { method: "DELETE" });
        location.hash = "#/models";
      }, { class: "danger" })));
}

/** What would keep it from printing; measured by a job. */
function report(model, page) {
  const place = h("div", { role: "status" });
  const rows = [["watertight", "Watertight", true], ["manifold", "Manifold", true], ["oriented", "Consistently oriented", true],
    ["printable", "Printable", true], ["components", "Pieces"], ["boundaryEdges", "Open edges", 0],
    ["nonManifoldEdges", "Edges of more than two faces", 0], ["degenerateTriangles", "Degenerate triangles", 0],
    ["selfIntersectingTriangles", "Self-intersecting triangles", 0], ["genus", "Handles"]];
  return h("section", { "aria-label": "Watertight report" }, h("h2", {}, "Does it print?"), action("Measure", async () => {
    place.textContent = "measuring";
    let job = await ask(`${NATIVE}/jobs`, { method: "POST", json: { kind: "inspect", inputs: [model.modelId] } });
    while (!page.left && ["queued", "running"].includes(job.state)) job = await ask(`${NATIVE}/jobs/${job.jobId}?wait=20`);
    if (job.state !== "succeeded") { place.textContent = job.error?.message ?? job.state; return; }
    place.replaceChildren(h("dl", {}, rows.flatMap(([name, label, good]) => {
      const value = job.result[name];
      const word = typeof value === "boolean" ? (value ? "yes" : "no") : number(value);
      return [h("dt", {}, label), h("dd", { class: good === undefined ? undefined : value === good ? "good" : "bad" }, word)];
    })));
  }), place);
}

function renderForm(model, overlays, stage, viewer, page) {
  const values = { output: "video", quality: "standard", aspect: "16:9", effect: "turntable", coverage: "hemisphere", datasetQuality: "100x800",
    length: 6, rotateY: 0, tiltX: 0, shadows: true, reflector: false, easing: true, bgColor: "#ffffff", bgImageId: "" };
  const quoted = h("p", { role: "status" });
  const rows = {};
  let latest = 0;

  /** Only what the output has. */
  function asked() {
    const isDataset = values.output === "dataset";
    const names = isDataset ? ["output", "datasetQuality", "coverage"] : Object.keys(values).filter((name) => !["datasetQuality", "coverage"].includes(name));
    return Object.fromEntries(names.filter((name) => values[name] !== "").map((name) => [name, values[name]]));
  }
  async function changed() {
    const isDataset = values.output === "dataset";
    for (const [name, row] of Object.entries(rows)) {
      row.hidden = isDataset ? !["output", "datasetQuality", "coverage"].includes(name) : ["datasetQuality", "coverage"].includes(name);
    }
    stage.className = `stage ${isDataset || values.aspect === "1:1" ? "square" : values.aspect === "9:16" ? "tall" : ""}`;
    viewer()?.background(isDataset ? "#ffffff" : values.bgColor, { rotate: values.rotateY, tilt: values.tiltX });
    const mine = (latest += 1);
    try {
      const { data } = await ask(`${DXGL}/quote`, { method: "POST", json: { renders: [asked()] } });
      if (!page.left && mine === latest) quoted.textContent = `${data.creditsRequired} of your ${data.creditsAvailable} credits`;
    } catch (error) { quoted.textContent = error.message; }
  }
  const words = { output: "Makes a", datasetQuality: "Views and pixels", coverage: "Views from", bgColor: "Background", bgImageId: "Picture behind",
    length: "Seconds", rotateY: "Turned by", tiltX: "Tilted by", shadows: "Shadow", reflector: "Mirror", easing: "Smooth start and end",
    quality: "Quality", aspect: "Aspect", effect: "Motion" };
  function field(name) {
    const change = (value) => { values[name] = value; changed(); };
    if (settings[name]) return h("select", { onchange: (event) => change(event.target.value) }, settings[name].map((word) => h("option", {}, word)));
    if (name === "bgImageId") return h("select", { onchange: (event) => change(event.target.value) }, h("option", { value: "" }, "none"),
      overlays.map((overlay) => h("option", { value: overlay.overlayId }, overlay.name)));
    if (name === "bgColor") return h("input", { type: "color", value: values[name], oninput: (event) => change(event.target.value) });
    if (typeof values[name] === "boolean") return h("input", { type: "checkbox", checked: values[name], onchange: (event) => change(event.target.checked) });
    const [least, most] = { length: [3, 30], rotateY: [-180, 180], tiltX: [-90, 90] }[name];
    return h("input", { type: "number", min: least, max: most, step: 1, value: values[name], style: undefined,
      onchange: (event) => change(Math.min(most, Math.max(least, Math.round(Number(event.target.value)) || 0))) });
  }
  for (const name of Object.keys(words)) rows[name] = h("label", { class: "block" }, words[name], field(name));
  changed();
  return h("section", { "aria-label": "Render" }, h("h2", {}, "Render"), h("div", { class: "row" }, Object.values(rows)), quoted,
    action("Order", async () => {
      await ask(`${DXGL}/renders`, { method: "POST", json: { modelId: model.modelId, renderSettings: asked() },
        headers: { "Idempotency-Key": once() } });
      say("Ordered; it is in the list below.");
    }, { class: "main" }));
}

function renders(model, page) {
  const list = h("ul", { class: "grid", "aria-label": "Renders" });
  const cards = new Map();
  every(2000, page, async () => {
    const { data } = await ask(`${DXGL}/renders?modelId=${model.modelId}&limit=50`);
    if (page.left) return;
    for (const render of [...data].reverse()) {
      const mark = `${render.status}${Object.keys(render.assets)}`;
      const old = cards.get(render.renderId);
      if (old?.mark === mark) { const bar = old.card.querySelector("progress"); if (bar) bar.value = render.progress; continue; }
      const card = renderCard(render);
      old ? old.card.replaceWith(card) : list.prepend(card);
      cards.set(render.renderId, { mark, card });
    }
  });
  return list;
}

export function renderCard(render) {
  const path = `${DXGL}/renders/${render.renderId}`;
  const isSet = Boolean(render.assets.dataset) || render.renderSettings.output === "dataset";
  const name = isSet ? `Dataset ${render.renderSettings.datasetQuality ?? ""}` : render.is_system_preview ? "Preview" : `${render.renderSettings.effect} ${render.renderSettings.quality}`;
  const isOver = ["done", "error"].includes(render.status);
  const files = [["video", "Video"], ["web", "Small video"], ["poster", "Poster"], ["bundle", "All in a ZIP"], ["dataset", "ZIP"], ["datasetHdf5", "HDF5"]]
    .filter(([role]) => render.assets[role]);
  const address = { video: "/video", web: "/video?quality=web", poster: "/poster?quality=full", bundle: "/bundle", dataset: "/dataset", datasetHdf5: "/dataset?format=h5" };
  const endings = { video: render.renderSettings.quality === "pro" ? "mov" : "mp4", web: "mp4", poster: "png", bundle: "zip", dataset: "zip", datasetHdf5: "h5" };
  return h("li", { class: "card" },
    render.assets.posterThumb ? picture(`${path}/poster`, name, { class: "thumb" }) : h("span", { class: "thumb" }),
    h("div", { class: "text" }, h("strong", {}, name),
      isOver ? h("span", { class: render.status === "error" ? "bad" : "quiet" }, render.errorMessage ?? time(render.completedAt))
        : h("span", {}, `${render.status} `, h("progress", { max: 100, value: render.progress, "aria-label": `${name}: progress` })),
      h("span", {}, files.map(([role, label]) => [action(label, () => save(path + address[role], `${render.renderId}-${role}.${endings[role]}`)), " "])),
      render.status === "done" && isSet ? h("a", { href: `#/dataset/${render.renderId}` }, "Look into it") : null,
      render.status === "done" ? h("a", { href: `/dxgl/portal/v/${render.renderId}`, target: "_blank", rel: "noopener" }, "Share page") : null));
}

/** Any verb, and its file when it is done. */
function work(model, page) {
  const list = h("ul", { "aria-label": "Results" });
  const buttons = verbs.map(([kind, label, formats, params = {}]) => {
    const format = h("select", { "aria-label": `Format of ${label}` }, formats.map((word) => h("option", {}, word)));
    return h("span", { class: "row" }, action(label, async () => {
      const place = h("li", {}, `${label}: waiting`);
      list.prepend(place);
      let job = await ask(`${NATIVE}/jobs`, { method: "POST", json: { kind, inputs: [model.modelId], params, format: format.value } });
      while (!page.left && ["queued", "running"].includes(job.state)) {
        place.textContent = `${label}: ${job.state}, ${job.progress} %`;
        job = await ask(`${NATIVE}/jobs/${job.jobId}?wait=10`);
      }
      if (job.state !== "succeeded") { place.replaceChildren(h("span", { class: "bad" }, `${label}: ${job.error?.message ?? job.state}`)); return; }
      place.replaceChildren(`${label}: `, ...job.outputs.map((output) => action(`${output.name} (${bytes(output.bytes)})`,
        () => save(`${NATIVE}/jobs/${job.jobId}/outputs/${output.name}`, `${model.title || model.modelId}-${output.name}`))));
    }), format);
  });
  return h("section", { "aria-label": "Work on it" }, h("div", { class: "row" }, buttons), list);
}
