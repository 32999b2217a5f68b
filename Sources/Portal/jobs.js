// What runs, what waits, what went wrong.
import { action, ask, DXGL, every, h, NATIVE, time } from "./api.js";

export default async function jobs(content, page) {
  const rows = h("tbody");
  const quiet = h("p", { class: "quiet", role: "status" });
  content.append(h("h1", {}, "Jobs"), quiet, h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Kind", "State", "Begun", "Ended", ""].map((word) => h("th", { scope: "col" }, word)))), rows)));
  const known = new Map();
  await every(2000, page, async () => {
    const [native, renders] = await Promise.all([ask(`${NATIVE}/jobs?limit=50`), ask(`${DXGL}/renders?limit=50`)]);
    if (page.left) return;
    const all = [
      ...native.jobs.map((job) => ({ id: job.jobId, kind: job.kind, state: job.state, progress: job.progress, created: job.createdAt,
        ended: job.finishedAt, trouble: job.error?.message, isOpen: ["queued", "running"].includes(job.state),
        cancel: () => ask(`${NATIVE}/jobs/${job.jobId}`, { method: "DELETE" }) })),
      ...renders.data.map((render) => ({ id: render.renderId, kind: render.is_system_preview ? "preview" : render.renderSettings.output === "dataset" ? "dataset" : "video",
        state: render.status, progress: render.progress, created: render.createdAt, ended: render.completedAt, trouble: render.errorMessage,
        isOpen: !["done", "error"].includes(render.status), model: render.modelId })),
    ].sort((left, right) => right.created.localeCompare(left.created)).slice(0, 80);
    const open = all.filter((job) => job.isOpen).length;
    quiet.textContent = open ? `${open} under way` : "Nothing is under way.";
    const fresh = all.map((job) => {
      const mark = `${job.state} ${job.progress}`;
      const old = known.get(job.id);
      if (old?.mark === mark) return old.row;
      const row = h("tr", {}, h("td", {}, job.model ? h("a", { href: `#/model/${job.model}` }, job.kind) : job.kind),
        h("td", {}, job.isOpen ? [`${job.state} `, h("progress", { max: 100, value: job.progress, "aria-label": `${job.kind}: progress` })]
          : h("span", { class: job.trouble ? "bad" : "good" }, job.trouble ?? job.state)),
        h("td", {}, time(job.created)), h("td", {}, time(job.ended)),
        h("td", {}, job.isOpen && job.cancel ? action("Cancel", job.cancel) : null));
      known.set(job.id, { mark, row });
      return row;
    });
    // The one that has the focus keeps it: rows that did not change stay where they are.
    if (fresh.length !== rows.children.length || fresh.some((row, index) => rows.children[index] !== row)) rows.replaceChildren(...fresh);
  });
}
