// Finished renders, to look at and to hand on.
import { action, ask, DXGL, fileURL, h, picture, say } from "./api.js";

export default async function gallery(content, page) {
  const list = h("ul", { class: "grid", "aria-label": "Renders" });
  const big = h("div", { "aria-live": "polite" });
  content.append(h("h1", {}, "Gallery"), big, list);
  const { data } = await ask(`${DXGL}/renders?status=done&limit=100`);
  if (page.left) return;
  const shown = data.filter((render) => render.assets.poster);
  if (!shown.length) content.append(h("p", {}, "Nothing is finished yet."));
  list.append(...shown.map((render) => {
    const path = `${DXGL}/renders/${render.renderId}`;
    const isSet = Boolean(render.assets.dataset);
    const name = isSet ? "Dataset" : render.is_system_preview ? "Preview" : render.renderSettings.effect;
    const thumb = picture(`${path}/poster`, "", { class: "thumb" });
    const show = action(`Show ${name}`, async () => {
      const alt = `${name} of model ${render.modelId}`;
      big.replaceChildren(render.assets.web
        ? h("video", { src: await fileURL(`${path}/video?quality=web`), controls: true, autoplay: true, loop: true, muted: true, "aria-label": alt })
        : picture(`${path}/poster?quality=full`, alt, { class: "full" }));
      big.scrollIntoView({ block: "nearest" });
    });
    // The small video plays under the pointer.
    let [inside, small] = [false, undefined];
    thumb.addEventListener("pointerleave", () => { inside = false; });
    thumb.addEventListener("pointerenter", async () => {
      inside = true;
      if (!render.assets.thumb) return;
      try { small ??= await fileURL(`${path}/thumb`); } catch { return; }
      if (!inside || page.left || !thumb.isConnected) return;
      const video = h("video", { src: small, muted: true, loop: true, autoplay: true, class: "thumb", playsinline: true });
      video.muted = true;
      video.addEventListener("pointerleave", () => { inside = false; video.replaceWith(thumb); });
      thumb.replaceWith(video);
    });
    const share = `${location.origin}/dxgl/portal/v/${render.renderId}`;
    return h("li", { class: "card" }, thumb, h("div", { class: "text" },
      h("a", { href: `#/model/${render.modelId}` }, name), show, h("a", { href: share, target: "_blank", rel: "noopener" }, "Share page"),
      action("Copy its address", async () => { try { await navigator.clipboard.writeText(share); say("Copied."); } catch { say(share); } }),
      isSet ? h("a", { href: `#/dataset/${render.renderId}` }, "Look into it") : null));
  }));
}
