// GLB (glTF 2.0, binary) to parts: positions, normals, texture coordinates, colors, indices, a material and a place.
// What the viewer cannot show (compressed geometry, files elsewhere) is refused with its name.

const sizes = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 };
const arrays = { 5120: Int8Array, 5121: Uint8Array, 5122: Int16Array, 5123: Uint16Array, 5125: Uint32Array, 5126: Float32Array };
const whole = { 5120: 127, 5121: 255, 5122: 32767, 5123: 65535 };

export function parse(data) {
  const view = new DataView(data);
  if (data.byteLength < 20 || view.getUint32(0, true) !== 0x46546c67) throw new Error("this is no GLB");
  let [json, binary] = [null, null];
  for (let at = 12; at + 8 <= data.byteLength;) {
    const [length, kind] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (kind === 0x4e4f534a) json = JSON.parse(new TextDecoder().decode(new Uint8Array(data, at + 8, length)));
    else if (kind === 0x004e4942) binary = new Uint8Array(data, at + 8, length);
    at += 8 + length + (-length & 3);
  }
  const required = (json.extensionsRequired ?? []).filter((name) => !["KHR_mesh_quantization", "KHR_texture_transform", "KHR_materials_unlit"].includes(name));
  if (required.length) throw new Error(`the viewer does not show ${required.join(", ")}; download it instead`);

  const slice = (index) => {
    const { buffer, byteOffset = 0, byteLength, byteStride } = json.bufferViews[index];
    if (buffer !== 0 || !binary) throw new Error("a buffer lies in another file");
    return { bytes: binary.subarray(byteOffset, byteOffset + byteLength), byteStride };
  };
  /** Numbers as floats, whatever they are stored as; indices as they are. */
  function accessor(index, asFloats = true) {
    const { bufferView, byteOffset = 0, componentType, count, type, normalized, sparse } = json.accessors[index];
    const [Type, width] = [arrays[componentType], sizes[type]];
    let values = new (asFloats ? Float32Array : Uint32Array)(count * width);
    const read = (view, offset, many, step, into) => {
      const bytes = new DataView(view.bytes.buffer, view.bytes.byteOffset, view.bytes.byteLength);
      const stride = view.byteStride ?? Type.BYTES_PER_ELEMENT * width;
      const get = { 5120: "getInt8", 5121: "getUint8", 5122: "getInt16", 5123: "getUint16", 5125: "getUint32", 5126: "getFloat32" }[componentType];
      const scale = normalized && asFloats ? 1 / whole[componentType] : 1;
      for (let item = 0; item < many; item += 1) {
        const target = into(item) * width;
        for (let part = 0; part < width; part += 1) {
          const value = bytes[get](offset + item * stride + part * Type.BYTES_PER_ELEMENT, true) * scale;
          values[target + part] = normalized ? Math.max(value, -1) : value;
        }
      }
    };
    if (bufferView !== undefined) {
      const view = slice(bufferView);
      const start = view.bytes.byteOffset + byteOffset;
      const isPlain = !view.byteStride || view.byteStride === Type.BYTES_PER_ELEMENT * width;
      if (isPlain && asFloats && componentType === 5126 && start % 4 === 0) values = new Float32Array(view.bytes.buffer.slice(start, start + 4 * count * width));
      else read(view, byteOffset, count, 1, (item) => item);
    }
    if (sparse) {
      const places = slice(sparse.indices.bufferView);
      const Places = arrays[sparse.indices.componentType];
      const from = places.bytes.byteOffset + (sparse.indices.byteOffset ?? 0);
      const at = new Places(places.bytes.buffer.slice(from, from + sparse.count * Places.BYTES_PER_ELEMENT));
      read(slice(sparse.values.bufferView), sparse.values.byteOffset ?? 0, sparse.count, 1, (item) => at[item]);
    }
    return values;
  }

  const parts = [];
  function primitive(one, world, name) {
    const mode = one.mode ?? 4;
    if (mode < 4 || one.attributes.POSITION === undefined) return;
    const positions = accessor(one.attributes.POSITION);
    let indices = one.indices === undefined ? Uint32Array.from({ length: positions.length / 3 }, (_, at) => at) : accessor(one.indices, false);
    if (mode > 4) {
      const list = [];
      for (let at = 2; at < indices.length; at += 1) {
        if (mode === 6) list.push(indices[0], indices[at - 1], indices[at]);
        else list.push(indices[at - 2 + (at & 1 ? 1 : 0)], indices[at - 1 - (at & 1 ? 1 : 0)], indices[at]);
      }
      indices = Uint32Array.from(list);
    }
    const has = (attribute) => (one.attributes[attribute] === undefined ? null : accessor(one.attributes[attribute]));
    const colors = has("COLOR_0");
    parts.push({ name, world, positions, indices, normals: has("NORMAL"), uvs: has("TEXCOORD_0"),
      colors, colorWidth: colors ? colors.length / (positions.length / 3) : 0,
      material: json.materials?.[one.material] ?? {} });
  }
  // A node has one parent; what says otherwise would be walked for ever.
  const walked = new Set();
  function walk(index, parent) {
    if (walked.has(index)) return;
    walked.add(index);
    const node = json.nodes[index];
    const world = multiply(parent, node.matrix ?? placed(node));
    if (node.mesh !== undefined) {
      const mesh = json.meshes[node.mesh];
      mesh.primitives.forEach((one) => primitive(one, world, node.name || mesh.name || `part ${parts.length + 1}`));
    }
    for (const child of node.children ?? []) walk(child, world);
  }
  for (const root of json.scenes?.[json.scene ?? 0]?.nodes ?? []) walk(root, identity());

  /** Pictures by texture, decoded once. */
  const images = new Map();
  function image(texture) {
    const source = json.textures[texture].extensions?.EXT_texture_webp?.source ?? json.textures[texture].source;
    if (!images.has(source)) {
      const one = json.images[source];
      if (one.bufferView === undefined) throw new Error("a picture lies in another file");
      images.set(source, createImageBitmap(new Blob([slice(one.bufferView).bytes], { type: one.mimeType }),
        { premultiplyAlpha: "none", colorSpaceConversion: "none" }));
    }
    return images.get(source);
  }
  return { parts, image, sampler: (texture) => json.samplers?.[json.textures[texture].sampler] ?? {} };
}

export const identity = () => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

export function multiply(a, b) {
  const out = new Array(16);
  for (let column = 0; column < 4; column += 1) {
    for (let row = 0; row < 4; row += 1) {
      out[4 * column + row] = [0, 1, 2, 3].reduce((sum, at) => sum + a[4 * at + row] * b[4 * column + at], 0);
    }
  }
  return out;
}

function placed({ translation: t = [0, 0, 0], rotation: [x, y, z, w] = [0, 0, 0, 1], scale: s = [1, 1, 1] }) {
  return [
    (1 - 2 * (y * y + z * z)) * s[0], 2 * (x * y + z * w) * s[0], 2 * (x * z - y * w) * s[0], 0,
    2 * (x * y - z * w) * s[1], (1 - 2 * (x * x + z * z)) * s[1], 2 * (y * z + x * w) * s[1], 0,
    2 * (x * z + y * w) * s[2], 2 * (y * z - x * w) * s[2], (1 - 2 * (x * x + y * y)) * s[2], 0, t[0], t[1], t[2], 1,
  ];
}
