// A viewer over WebGL 2 with the renderer's light and materials (Sources/Rendering/Rendering.docc/Shading.md), but for what
// objects do to each other: orbit by pointer, fingers and keys; wireframe, normals, bounds.
import { multiply, parse } from "./glb.js";
import { fragmentShader, vertexShader } from "./shaders.js";
import { harmonics, height, levels, panoramas, width } from "./studio.js";

// Reckoned while the model is still on its way.
const light = { texels: Float32Array.from(panoramas().flatMap((texels) => [...texels])), harmonics: harmonics() };

export class Viewer {
  constructor(canvas) {
    this.canvas = canvas;
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("this browser has no WebGL 2");
    this.gl = gl;
    this.state = { wireframe: false, normals: false, bounds: false, turning: false };
    this.color = [1, 1, 1];
    this.parts = [];
    this.model = [0, 0];
    this.program = program(gl);
    this.place = (name) => (this.places[name] ??= gl.getUniformLocation(this.program, name));
    this.places = {};
    this.reset();
    this.light();
    this.white = texture(gl, new Uint8Array([255, 255, 255, 255]));
    this.listen();
  }

  light() {
    const { gl } = this;
    const map = gl.createTexture();
    gl.activeTexture(gl.TEXTURE5);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, map);
    gl.texImage3D(gl.TEXTURE_2D_ARRAY, 0, gl.R16F, width, height, levels, 0, gl.RED, gl.FLOAT, light.texels);
    for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR], [gl.TEXTURE_WRAP_S, gl.REPEAT], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) {
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, name, value);
    }
    gl.useProgram(this.program);
    gl.uniform1fv(this.place("harmonics"), light.harmonics);
    ["baseMap", "matterMap", "normalMap", "glowMap", "occlusionMap", "panorama"].forEach((name, unit) => gl.uniform1i(this.place(name), unit));
  }

  async load(data) {
    const file = parse(data);
    const { gl } = this;
    let [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
    for (const part of file.parts) {
      const w = part.world;
      for (let at = 0; at < part.positions.length; at += 3) {
        const [x, y, z] = [part.positions[at], part.positions[at + 1], part.positions[at + 2]];
        for (let k = 0; k < 3; k += 1) {
          const value = w[k] * x + w[4 + k] * y + w[8 + k] * z + w[12 + k];
          if (value < low[k]) low[k] = value;
          if (value > high[k]) high[k] = value;
        }
      }
    }
    if (!(high[0] >= low[0])) throw new Error("the model shows no triangles");
    this.box = [low, high];
    this.middle = low.map((value, k) => (value + high[k]) / 2);
    this.radius = Math.max(1e-9, Math.hypot(...low.map((value, k) => high[k] - value)) / 2);
    this.points = places(file.parts, this.middle);
    this.parts = await Promise.all(file.parts.map((part) => this.part(part, file)));
    this.triangles = this.parts.reduce((sum, part) => sum + part.triangles, 0);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [0, 1, 2].map((k) => (bits >> k & 1 ? high : low)[k]));
    this.frame = this.lines(Float32Array.from([[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]]
      .flatMap(([a, b]) => [...corners[a], ...corners[b]])));
    this.reset();
  }

  lines(positions) {
    const { gl } = this;
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    attribute(gl, 0, positions, 3);
    return { array, count: positions.length / 3 };
  }

  async part(part, file) {
    const { gl } = this;
    const pbr = part.material.pbrMetallicRoughness ?? {};
    const used = [pbr.baseColorTexture, pbr.metallicRoughnessTexture, part.material.normalTexture, part.material.emissiveTexture, part.material.occlusionTexture];
    const pictures = await Promise.all(used.map((one) => (one && part.uvs && !one.texCoord ? file.image(one.index) : null)));
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    attribute(gl, 0, part.positions, 3);
    if (part.normals) attribute(gl, 1, part.normals, 3);
    const move = pbr.baseColorTexture?.extensions?.KHR_texture_transform;
    if (part.uvs) attribute(gl, 2, move ? moved(part.uvs, move) : part.uvs, 2);
    if (part.colors) attribute(gl, 3, part.colors, part.colorWidth); else gl.vertexAttrib4f(3, 1, 1, 1, 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, part.indices, gl.STATIC_DRAW);
    const w = part.world;
    const strength = part.material.extensions?.KHR_materials_emissive_strength?.emissiveStrength ?? 1;
    return {
      name: part.name, array, count: part.indices.length, triangles: part.indices.length / 3, world: w, turn: cofactors(w), indices: part.indices,
      base: pbr.baseColorFactor ?? [1, 1, 1, 1], matter: [pbr.metallicFactor ?? 1, pbr.roughnessFactor ?? 1],
      glow: (part.material.emissiveFactor ?? [0, 0, 0]).map((value) => value * strength),
      cutoff: part.material.alphaMode === "MASK" ? part.material.alphaCutoff ?? 0.5 : -1, isBlended: part.material.alphaMode === "BLEND",
      isUnlit: Boolean(part.material.extensions?.KHR_materials_unlit), normalScale: part.material.normalTexture?.scale ?? 1,
      occlusion: part.material.occlusionTexture?.strength ?? 1,
      maps: pictures.map((picture, at) => (picture ? texture(gl, picture, file.sampler(used[at].index)) : null)),
    };
  }

  /** The view of `render` from three quarters: 35 degrees to the right, 20 above, 30 wide. */
  reset() {
    [this.azimuth, this.elevation, this.distance] = [35, 20, 1];
    this.fitted = undefined;
    this.draw();
  }
  set(name, value) { this.state[name] = value; this.draw(); }
  background(color, { rotate = 0, tilt = 0 } = {}) {
    this.color = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
    this.model = [rotate, tilt];
    this.draw();
  }

  draw() {
    if (this.waiting || !this.box) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (this.isStopped) return;
      if (this.state.turning) this.azimuth += 0.4;
      this.paint();
      if (this.state.turning) this.draw();
    });
  }

  paint() {
    const { gl, canvas } = this;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [w, h] = [Math.max(1, Math.round(canvas.clientWidth * ratio)), Math.max(1, Math.round(canvas.clientHeight * ratio))];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    gl.viewport(0, 0, w, h);
    gl.clearColor(...this.color, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    const field = 30 * Math.PI / 180;
    const [a, e] = [(this.azimuth - this.model[0]) * Math.PI / 180, Math.max(-1.55, Math.min(1.55, (this.elevation + this.model[1]) * Math.PI / 180))];
    const back = [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)];
    const right = unit([back[2], 0, -back[0]]);
    const up = cross(back, right);
    if (this.fitted?.aspect !== w / h) this.fitted = this.fit(right, up, back, field, w / h);
    const far = this.distance * this.fitted.distance;
    const eye = back.map((value, k) => this.fitted.target[k] + value * far);
    const dot = (axis) => -(axis[0] * eye[0] + axis[1] * eye[1] + axis[2] * eye[2]);
    const camera = [right[0], up[0], back[0], 0, right[1], up[1], back[1], 0, right[2], up[2], back[2], 0, dot(right), dot(up), dot(back), 1];
    const [near, end] = [Math.max(far - this.radius * 1.1, far / 1000), far + this.radius * 1.1];
    // The angle is that of the width, as the renderer has it.
    const scale = 1 / Math.tan(field / 2);
    const lens = [scale, 0, 0, 0, 0, scale * w / h, 0, 0, 0, 0, (end + near) / (near - end), -1, 0, 0, 2 * end * near / (near - end), 0];
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(this.place("view"), false, multiply(lens, camera));
    gl.uniform3fv(this.place("eye"), eye);
    gl.uniform1i(this.place("showNormals"), this.state.normals);
    gl.uniform1i(this.place("isLine"), false);
    const opaque = this.parts.filter((part) => !part.isBlended);
    gl.disable(gl.BLEND);
    for (const part of opaque) this.one(part);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(false);
    for (const part of this.parts.filter((one) => one.isBlended)) this.one(part);
    gl.depthMask(true);
    if (this.state.bounds) {
      gl.uniform1i(this.place("isLine"), true);
      gl.uniformMatrix4fv(this.place("world"), false, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
      gl.bindVertexArray(this.frame.array);
      gl.drawArrays(gl.LINES, 0, this.frame.count);
    }
  }

  /** Where to look and from how far, for the model to lie in the middle with 6 % to spare, as `render` has it. */
  fit(right, up, back, field, aspect) {
    const [wide, tall] = [Math.tan(field / 2), Math.tan(field / 2) / aspect];
    let [x, y, distance] = [0, 0, this.radius / Math.sin(Math.atan(Math.min(wide, tall)))];
    // What is in the middle depends on the distance, and the other way round; both settle quickly.
    for (let round = 0; round < 4; round += 1) {
      let [needed, left, rightmost, low, high] = [0, Infinity, -Infinity, Infinity, -Infinity];
      for (let at = 0; at < this.points.length; at += 3) {
        const [p, q, r] = [this.points[at], this.points[at + 1], this.points[at + 2]];
        const [u, v, z] = [right[0] * p + right[1] * q + right[2] * r - x, up[0] * p + up[1] * q + up[2] * r - y, back[0] * p + back[1] * q + back[2] * r];
        const [su, sv] = [u / (distance - z), v / (distance - z)];
        if (su < left) left = su;
        if (su > rightmost) rightmost = su;
        if (sv < low) low = sv;
        if (sv > high) high = sv;
        needed = Math.max(needed, z + 1.06 * Math.max(Math.abs(u) / wide, Math.abs(v) / tall));
      }
      x += (left + rightmost) / 2 * distance;
      y += (low + high) / 2 * distance;
      distance = Math.max(needed, this.radius * 1.01);
    }
    return { aspect, distance, target: this.middle.map((value, k) => value + right[k] * x + up[k] * y) };
  }

  one(part) {
    const { gl } = this;
    gl.uniformMatrix4fv(this.place("world"), false, part.world);
    gl.uniformMatrix3fv(this.place("turn"), false, part.turn);
    gl.uniform4fv(this.place("base"), part.base);
    gl.uniform2fv(this.place("matter"), part.matter);
    gl.uniform3fv(this.place("glow"), part.glow);
    gl.uniform1f(this.place("cutoff"), part.cutoff);
    gl.uniform1f(this.place("normalScale"), part.normalScale);
    gl.uniform1f(this.place("occlusionStrength"), part.occlusion);
    gl.uniform4iv(this.place("has"), part.maps.slice(0, 4).map((map) => (map ? 1 : 0)));
    gl.uniform1i(this.place("hasOcclusion"), Boolean(part.maps[4]));
    gl.uniform1i(this.place("isUnlit"), part.isUnlit);
    part.maps.forEach((map, unit) => { gl.activeTexture(gl.TEXTURE0 + unit); gl.bindTexture(gl.TEXTURE_2D, map ?? this.white); });
    if (this.state.wireframe) {
      part.edges ??= this.edges(part);
      gl.uniform1i(this.place("isLine"), true);
      gl.bindVertexArray(part.array);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, part.edges.buffer);
      gl.drawElements(gl.LINES, part.edges.count, gl.UNSIGNED_INT, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, part.edges.faces);
      gl.uniform1i(this.place("isLine"), false);
      return;
    }
    gl.bindVertexArray(part.array);
    gl.drawElements(gl.TRIANGLES, part.count, gl.UNSIGNED_INT, 0);
  }

  edges(part) {
    const { gl } = this;
    const list = new Uint32Array(part.count * 2);
    for (let at = 0; at < part.count; at += 3) list.set([part.indices[at], part.indices[at + 1], part.indices[at + 1], part.indices[at + 2], part.indices[at + 2], part.indices[at]], 2 * at);
    gl.bindVertexArray(part.array);
    const faces = gl.getParameter(gl.ELEMENT_ARRAY_BUFFER_BINDING);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, list, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, faces);
    return { buffer, faces, count: list.length };
  }

  listen() {
    const { canvas } = this;
    const fingers = new Map();
    const move = (x, y) => { this.azimuth -= x * 0.4; this.elevation = Math.max(-89, Math.min(89, this.elevation + y * 0.4)); this.draw(); };
    const near = (factor) => { this.distance = Math.max(0.05, Math.min(20, this.distance * factor)); this.draw(); };
    canvas.onpointerdown = (event) => { fingers.set(event.pointerId, [event.clientX, event.clientY]); canvas.setPointerCapture(event.pointerId); };
    canvas.onpointermove = (event) => {
      const old = fingers.get(event.pointerId);
      if (!old) return;
      if (fingers.size === 2) {
        const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
        near(Math.hypot(old[0] - other[0], old[1] - other[1]) / Math.max(1, Math.hypot(event.clientX - other[0], event.clientY - other[1])));
      } else move(event.clientX - old[0], event.clientY - old[1]);
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => fingers.delete(event.pointerId);
    canvas.addEventListener("wheel", (event) => { event.preventDefault(); near(Math.exp(event.deltaY * 0.001)); }, { passive: false });
    canvas.onkeydown = (event) => {
      const step = { ArrowLeft: [12, 0], ArrowRight: [-12, 0], ArrowUp: [0, 12], ArrowDown: [0, -12] }[event.key];
      if (step) move(...step); else if (event.key === "+") near(0.85); else if (event.key === "-") near(1.18); else return;
      event.preventDefault();
    };
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(canvas);
  }

  stop() {
    this.isStopped = true;
    this.watcher.disconnect();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/** Where corners are in the world, from the middle; of very many only some. */
function places(parts, middle) {
  const total = parts.reduce((sum, part) => sum + part.positions.length / 3, 0);
  const every = Math.max(1, Math.floor(total / 200000));
  const list = [];
  for (const { positions, world: w } of parts) {
    for (let at = 0; at + 2 < positions.length; at += 3 * every) {
      for (let k = 0; k < 3; k += 1) list.push(w[k] * positions[at] + w[4 + k] * positions[at + 1] + w[8 + k] * positions[at + 2] + w[12 + k] - middle[k]);
    }
  }
  return Float32Array.from(list);
}

function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  return made;
}

function attribute(gl, place, values, size) {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
}

function texture(gl, picture, sampler = {}) {
  const map = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, map);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  if (picture instanceof Uint8Array) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  gl.generateMipmap(gl.TEXTURE_2D);
  const wide = gl.getExtension("EXT_texture_filter_anisotropic");
  if (wide) gl.texParameteri(gl.TEXTURE_2D, wide.TEXTURE_MAX_ANISOTROPY_EXT, 4);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, sampler.wrapS ?? gl.REPEAT);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, sampler.wrapT ?? gl.REPEAT);
  return map;
}

function moved(uvs, { offset = [0, 0], rotation = 0, scale = [1, 1] }) {
  const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
  const out = new Float32Array(uvs.length);
  for (let at = 0; at < uvs.length; at += 2) {
    const [u, v] = [uvs[at] * scale[0], uvs[at + 1] * scale[1]];
    out[at] = c * u + s * v + offset[0];
    out[at + 1] = -s * u + c * v + offset[1];
  }
  return out;
}

/** Normals turn with the cofactors of what places turn with. */
function cofactors(m) {
  const [a, b, c] = [[m[0], m[1], m[2]], [m[4], m[5], m[6]], [m[8], m[9], m[10]]];
  return [...cross(b, c), ...cross(c, a), ...cross(a, b)];
}

const unit = (v) => { const length = Math.hypot(...v) || 1; return v.map((value) => value / length); };
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
