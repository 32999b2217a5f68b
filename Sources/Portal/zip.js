// Entries of a ZIP on the server, fetched one by one by ranges of bytes: a set of gigabytes is looked into without
// being downloaded. APPNOTE.TXT 6.3.10: end record, ZIP64, central directory, local headers; stored and deflated.
import { ask } from "./api.js";

export class RemoteZip {
  constructor(path) { this.path = path; this.entries = new Map(); }

  async range(from, to) {
    const answer = await ask(this.path, { raw: true, headers: { Range: `bytes=${from}-${to - 1}` } });
    this.size ??= Number(answer.headers.get("Content-Range")?.split("/")[1]);
    return new DataView(await answer.arrayBuffer());
  }

  async open() {
    await this.range(0, 1);
    const tailStart = Math.max(0, this.size - 66000);
    const tail = await this.range(tailStart, this.size);
    let at = tail.byteLength - 22;
    while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at -= 1;
    if (at < 0) throw new Error("this is no ZIP");
    let [count, length, start] = [tail.getUint16(at + 10, true), tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (start === 0xffffffff || count === 0xffff) {
      const place = Number(tail.getBigUint64(at - 20 + 8, true));
      const record = await this.range(place, place + 56);
      [count, length, start] = [32, 40, 48].map((offset) => Number(record.getBigUint64(offset, true)));
    }
    const directory = await this.range(start, start + length);
    const words = new TextDecoder();
    for (let entry = 0, at = 0; entry < count; entry += 1) {
      let [packed, full, place] = [directory.getUint32(at + 20, true), directory.getUint32(at + 24, true), directory.getUint32(at + 42, true)];
      const [named, extra, comment] = [28, 30, 32].map((offset) => directory.getUint16(at + offset, true));
      const name = words.decode(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, named));
      for (let field = at + 46 + named; field + 4 <= at + 46 + named + extra;) {
        const [kind, size] = [directory.getUint16(field, true), directory.getUint16(field + 2, true)];
        if (kind === 1) {
          let value = field + 4;
          const next = () => { value += 8; return Number(directory.getBigUint64(value - 8, true)); };
          if (full === 0xffffffff) full = next();
          if (packed === 0xffffffff) packed = next();
          if (place === 0xffffffff) place = next();
        }
        field += 4 + size;
      }
      this.entries.set(name, { packed, place, method: directory.getUint16(at + 10, true) });
      at += 46 + named + extra + comment;
    }
    return this;
  }

  async bytes(name) {
    const entry = this.entries.get(name);
    if (!entry) throw new Error(`the set has no ${name}`);
    // One request: the local header's own extra field may have another length, so a little more is asked for.
    const room = 30 + new TextEncoder().encode(name).length + 512;
    let held = await this.range(entry.place, Math.min(entry.place + room + entry.packed, this.size));
    const begins = 30 + held.getUint16(26, true) + held.getUint16(28, true);
    if (begins + entry.packed > held.byteLength) held = await this.range(entry.place, entry.place + begins + entry.packed);
    const data = new Uint8Array(held.buffer, begins, entry.packed);
    if (entry.method === 0) return data;
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async json(name) { return JSON.parse(new TextDecoder().decode(await this.bytes(name))); }

  async url(name) { return URL.createObjectURL(new Blob([await this.bytes(name)], { type: "image/png" })); }
}
