// Datasets: a contact sheet, each view in all its channels, and where the cameras stand.
import { action, ask, DXGL, h, number, save, say } from "./api.js";
import { RemoteZip } from "./zip.js";
import { renderCard } from "./model.js";

export default async function datasets(content, page) {
  content.append(h("h1", {}, "Datasets"));
  const { data } = await ask(`${DXGL}/renders?limit=100`);
  if (page.left) return;
  const sets = data.filter((render) => render.renderSettings.output === "dataset");
  content.append(sets.length ? h("ul", { class: "grid", "aria-label": "Datasets" }, sets.map(renderCard))
    : h("p", {}, "There is none yet; order one on a model's page."));
}

export async function one(content, page, id) {
  const path = `${DXGL}/renders/${id}/dataset`;
  const zip = await new RemoteZip(path).open();
  const poses = await zip.json("transforms.json");
  if (page.left) return;
  // Each picture once, a few at a time: there are limits to how often a key may ask.
  const urls = new Map();
  let [running, queue] = [0, []];
  page.leave = () => { urls.forEach((url) => URL.revokeObjectURL(url)); queue = []; };
  async function shown(name) {
    if (urls.has(name)) return urls.get(name);
    if (running >= 4) await new Promise((go) => queue.push(go));
    running += 1;
    try {
      const url = await zip.url(name);
      page.left ? URL.revokeObjectURL(url) : urls.set(name, url);
      return url;
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  }
  const frames = poses.frames;
  const channels = [...new Set([...zip.entries.keys()].filter((name) => name.endsWith(".png") && name.includes("/")).map((name) => name.split("/")[0]))];
  const stem = (frame) => frame.file_path.split("/").pop().replace(/\.png$/, "");

  const large = h("div", { class: "row", "aria-live": "polite" });
  const facts = h("dl");
  const canvas = h("canvas", { width: 640, height: 420, role: "img", tabindex: 0, "aria-label": "Where the cameras stand; drag or arrow keys turn it, a click chooses the nearest" });
  const sheet = h("div", { class: "sheet", role: "group", "aria-label": "Contact sheet" });
  let chosen = 0;
  const stand = frusta(canvas, poses, () => chosen, (index) => choose(index));

  async function choose(index) {
    chosen = index;
    [...sheet.children].forEach((button, at) => button.setAttribute("aria-pressed", at === index));
    stand.draw();
    const frame = frames[index];
    const m = frame.transform_matrix;
    facts.replaceChildren(...[["View", stem(frame)], ["Stands at", m.slice(0, 3).map((row) => row[3].toFixed(3)).join(", ")],
      ["Looks along", m.slice(0, 3).map((row) => (-row[2]).toFixed(3)).join(", ")]].flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
    const mine = index;
    const figures = await Promise.all(channels.map(async (channel) => {
      const name = [...zip.entries.keys()].find((entry) => entry.startsWith(`${channel}/`) && entry.includes(stem(frame)) && entry.endsWith(".png"));
      return name ? h("figure", {}, h("img", { src: await shown(name), alt: `${channel} of view ${stem(frame)}`, width: 220 }), h("figcaption", {}, channel)) : null;
    }));
    if (mine === chosen && !page.left) large.replaceChildren(...figures.filter(Boolean));
  }

  content.append(h("h1", {}, `Dataset ${id}`), h("div", { class: "two" },
    h("section", { "aria-label": "View" }, large, facts),
    h("section", { "aria-label": "Cameras" }, h("div", { class: "stage" }, canvas),
      h("p", { class: "quiet" }, `${number(frames.length)} views of ${poses.w ?? "?"} × ${poses.h ?? "?"} pixels, ${((poses.camera_angle_x ?? 0) * 180 / Math.PI).toFixed(1)}° wide`),
      h("div", { class: "row" }, action("Download ZIP", () => save(path, `${id}.zip`)), action("Download HDF5", () => save(`${path}?format=h5`, `${id}.h5`)),
        action("Save poses", () => save(new Blob([JSON.stringify(poses)], { type: "application/json" }), `${id}-transforms.json`))))),
  h("h2", {}, "Contact sheet"), sheet);

  sheet.append(...frames.map((frame, index) => h("button", { type: "button", "aria-label": `View ${index}`, "aria-pressed": "false", onclick: () => choose(index).catch((error) => say(error.message, true)) })));
  await choose(0);
  // The nearest first, a few at a time; a large set is shown as it is scrolled to.
  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting || target.firstChild) continue;
      watcher.unobserve(target);
      shown(frames[[...sheet.children].indexOf(target)].file_path.replace(/^\.\//, "")).then(
        (url) => target.replaceChildren(h("img", { src: url, alt: "" })), () => { if (!page.left) setTimeout(() => watcher.observe(target), 5000); });
    }
  });
  for (const button of sheet.children) watcher.observe(button);
}

/** Cameras as little pyramids around the object, z up as in transforms.json. */
function frusta(canvas, poses, chosen, choose) {
  const pen = canvas.getContext("2d");
  let [turn, tilt] = [0.6, 0.35];
  const half = Math.tan((poses.camera_angle_x ?? 0.8) / 2);
  const eyes = poses.frames.map((frame) => frame.transform_matrix.slice(0, 3).map((row) => row[3]));
  const reach = Math.max(...eyes.map((eye) => Math.hypot(...eye)), 1e-6);
  const project = ([x, y, z]) => {
    const [c, s, d, e] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    const [u, v] = [c * x + s * y, -s * x + c * y];
    const scale = 0.42 * Math.min(canvas.width, canvas.height) / reach;
    return [canvas.width / 2 + u * scale, canvas.height / 2 - (z * d - v * e) * scale];
  };
  function draw() {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const line = (from, to) => { pen.beginPath(); pen.moveTo(...project(from)); pen.lineTo(...project(to)); pen.stroke(); };
    for (const [axis, color] of [[[1, 0, 0], "#c33"], [[0, 1, 0], "#2a8a3e"], [[0, 0, 1], "#2a6fdb"]]) {
      pen.strokeStyle = color;
      line([0, 0, 0], axis.map((value) => value * reach * 0.25));
    }
    poses.frames.forEach((frame, index) => {
      const m = frame.transform_matrix;
      const size = reach * 0.09;
      const place = (x, y, z) => [0, 1, 2].map((row) => m[row][3] + m[row][0] * x + m[row][1] * y + m[row][2] * z);
      const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => place(x * half * size, y * half * size, -size));
      pen.strokeStyle = index === chosen() ? "#e80" : "#8889";
      pen.lineWidth = index === chosen() ? 2.5 : 1;
      corners.forEach((corner, at) => { line(eyes[index], corner); line(corner, corners[(at + 1) % 4]); });
    });
  }
  let held;
  canvas.onpointerdown = (event) => { held = [event.clientX, event.clientY, false]; canvas.setPointerCapture(event.pointerId); };
  canvas.onpointermove = (event) => {
    if (!held) return;
    turn -= (event.clientX - held[0]) * 0.01;
    tilt = Math.max(-1.5, Math.min(1.5, tilt + (event.clientY - held[1]) * 0.01));
    held = [event.clientX, event.clientY, held[2] || Math.abs(event.movementX) + Math.abs(event.movementY) > 1];
    draw();
  };
  canvas.onpointerup = (event) => {
    if (held && !held[2]) {
      const box = canvas.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
      const far = eyes.map((eye) => { const [u, v] = project(eye); return Math.hypot(u - x, v - y); });
      choose(far.indexOf(Math.min(...far)));
    }
    held = undefined;
  };
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!step) return;
    event.preventDefault();
    turn += step[0];
    tilt = Math.max(-1.5, Math.min(1.5, tilt + step[1]));
    draw();
  };
  draw();
  return { draw };
}
