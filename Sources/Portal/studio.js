// The studio's light as the renderer has it (Sources/Rendering/Preparation/StudioLight.swift): a dome and three soft
// boxes; nine harmonics of irradiance for what is matt, and a panorama in six blurs for what shines.

const unit = (v) => { const length = Math.hypot(...v); return v.map((value) => value / length); };
const boxes = [[[-0.55, 0.75, 0.75], 0.8, 1.972], [[0.9, 0.35, 0.55], 0.86, 0.638], [[0.35, 0.6, -0.9], 0.86, 1.044]]
  .map(([direction, edge, light]) => ({ direction: unit(direction), edge, light }));

export function radiance([x, y, z]) {
  let sum = 0.2436 + 0.174 * Math.max(y, 0) - 0.058 * Math.max(-y, 0);
  for (const { direction: d, edge, light } of boxes) {
    const share = Math.min(Math.max((x * d[0] + y * d[1] + z * d[2] - edge) / (1 - edge) * 3, 0), 1);
    sum += light * share * share * (3 - 2 * share);
  }
  return sum;
}

/** Irradiance over pi as nine harmonics; the light is gray, so one number each (Ramamoorthi and Hanrahan, 2001). */
export function harmonics(count = 4096) {
  const sums = new Array(9).fill(0);
  for (let at = 0; at < count; at += 1) {
    const y = 1 - (2 * at + 1) / count;
    const [ring, angle] = [Math.sqrt(1 - y * y), at * Math.PI * (3 - Math.sqrt(5))];
    const [x, z] = [ring * Math.cos(angle), ring * Math.sin(angle)];
    const value = radiance([x, y, z]);
    [0.282095, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1),
      1.092548 * x * z, 0.546274 * (x * x - y * y)].forEach((basis, index) => { sums[index] += value * basis; });
  }
  const scale = 4 * Math.PI / count;
  return sums.map((sum, index) => sum * scale * (index === 0 ? 1 : index < 4 ? 2 / 3 : 1 / 4));
}

export const levels = 6, width = 64, height = 32;

/** Level i is blurred by a GGX lobe of roughness i / 5; one number a texel. */
export function panoramas() {
  return Array.from({ length: levels }, (_, level) => {
    const texels = new Float32Array(width * height);
    const roughness = level / (levels - 1);
    const samples = level === 0 ? 1 : 96;
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const [theta, phi] = [(row + 0.5) / height * Math.PI, ((column + 0.5) / width - 0.5) * 2 * Math.PI];
        const n = [Math.sin(theta) * Math.sin(phi), Math.cos(theta), -Math.sin(theta) * Math.cos(phi)];
        texels[row * width + column] = level === 0 ? radiance(n) : lobe(n, roughness, samples);
      }
    }
    return texels;
  });
}

function lobe(n, roughness, samples) {
  const a2 = roughness ** 4;
  const up = Math.abs(n[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const t = unit([up[1] * n[2] - up[2] * n[1], up[2] * n[0] - up[0] * n[2], up[0] * n[1] - up[1] * n[0]]);
  const b = [n[1] * t[2] - n[2] * t[1], n[2] * t[0] - n[0] * t[2], n[0] * t[1] - n[1] * t[0]];
  let [sum, weight] = [0, 0];
  for (let at = 0; at < samples; at += 1) {
    const u = (at + 0.5) / samples;
    const angle = at * Math.PI * (3 - Math.sqrt(5));
    const c = Math.sqrt((1 - u) / (1 + (a2 - 1) * u));
    const s = Math.sqrt(1 - c * c);
    const half = [0, 1, 2].map((k) => t[k] * s * Math.cos(angle) + b[k] * s * Math.sin(angle) + n[k] * c);
    const out = [0, 1, 2].map((k) => 2 * c * half[k] - n[k]);
    const cosine = out[0] * n[0] + out[1] * n[1] + out[2] * n[2];
    if (cosine > 0) { sum += radiance(out) * cosine; weight += cosine; }
  }
  return sum / weight;
}
