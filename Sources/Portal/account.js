// Keys, money, and whom jobs are told to.
import { action, ask, h, NATIVE, say, time } from "./api.js";

const table = (label, heads, rows) => h("div", { class: "scroll" }, h("table", { "aria-label": label },
  h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows)));
const row = (...cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell)));

export default async function account(content, page) {
  const who = await ask(`${NATIVE}/account`);
  if (page.left) return;
  content.append(h("h1", {}, "Account"), h("dl", {}, h("dt", {}, "Name"), h("dd", {}, who.name), h("dt", {}, "Billing"),
    h("dd", {}, who.billing === "off" ? "nothing is charged here" : "enforced"),
    ...who.wallets.flatMap((wallet) => [h("dt", {}, wallet.unit), h("dd", {}, String(wallet.balance))])));
  for (const [title, fill] of [["Keys", keys], ["Ledger", ledger], ["Webhooks", webhooks]]) {
    if (page.left) return;
    const place = h("section", { "aria-label": title });
    content.append(h("h2", {}, title), place);
    try { await fill(place, page); } catch (error) { place.append(h("p", { class: "quiet" }, error.message)); }
  }
}

async function keys(place, page) {
  const name = h("input", { id: "key-name", size: 24 });
  const secret = h("div", { role: "status" });
  const list = h("div");
  async function fill() {
    const { keys } = await ask(`${NATIVE}/keys`);
    if (page.left) return;
    list.replaceChildren(table("Keys", ["Name", "Begins", "May", "Made", "State", ""], keys.map((one) => row(one.name, `${one.prefix}…`, one.scopes.join(", "),
      time(one.createdAt), one.revokedAt ? "revoked" : "works", one.revokedAt ? "" : action("Revoke", async () => {
        if (!confirm(`Revoke ${one.name || one.prefix}? Whoever uses it is shut out.`)) return;
        await ask(`${NATIVE}/keys/${one.keyId}`, { method: "DELETE" });
        await fill();
      }, { class: "danger" })))));
  }
  place.append(h("div", { class: "row" }, h("label", { for: "key-name" }, "Name of a new key"), name, action("Make a key", async () => {
    const made = await ask(`${NATIVE}/keys`, { method: "POST", json: { name: name.value, scopes: ["read", "write"] } });
    secret.replaceChildren(h("p", {}, "It is shown this once:"), h("code", { class: "secret" }, made.key));
    await fill();
  })), secret, list);
  await fill();
}

async function ledger(place, page) {
  const list = h("tbody");
  let offset = 0;
  const more = action("Show more", fill);
  async function fill() {
    const { entries, total } = await ask(`${NATIVE}/ledger?limit=50&offset=${offset}`);
    if (page.left) return;
    list.append(...entries.map((entry) => row(time(entry.createdAt), entry.kind, `${entry.amount > 0 ? "+" : ""}${entry.amount} ${entry.unit}`,
      String(entry.balanceAfter), entry.jobId ? `${entry.jobKind} ${entry.jobId}` : entry.note)));
    offset += entries.length;
    more.hidden = offset >= total;
  }
  place.append(h("div", { class: "scroll" }, h("table", { "aria-label": "Ledger" }, h("thead", {}, h("tr", {},
    ["When", "What", "Amount", "Then", "For"].map((head) => h("th", { scope: "col" }, head)))), list)), more);
  await fill();
}

async function webhooks(place, page) {
  const url = h("input", { id: "hook-url", type: "url", size: 40, placeholder: "https://…" });
  const list = h("div");
  async function fill() {
    const { webhooks, secret, deliveries } = await ask(`${NATIVE}/webhooks`);
    if (page.left) return;
    list.replaceChildren(
      h("details", {}, h("summary", {}, "What deliveries are signed with"), h("code", { class: "secret" }, secret)),
      table("Webhooks", ["Address", "Since", ""], webhooks.map((hook) => row(hook.url, time(hook.createdAt), action("Remove", async () => {
        await ask(`${NATIVE}/webhooks/${hook.webhookId}`, { method: "DELETE" });
        await fill();
      }, { class: "danger" })))),
      table("Deliveries", ["When", "Address", "Job", "State", "Attempts", "Last"], deliveries.map((one) => row(time(one.createdAt), one.url, one.jobId,
        one.state, String(one.attempts), one.error ?? String(one.httpStatus ?? "–")))));
  }
  place.append(h("div", { class: "row" }, h("label", { for: "hook-url" }, "Tell this address of the end of every job"), url, action("Add", async () => {
    await ask(`${NATIVE}/webhooks`, { method: "POST", json: { url: url.value } });
    url.value = "";
    say("Added.");
    await fill();
  })), list);
  await fill();
}
