// What `Sources/Rendering/Rendering.docc/Shading.md` says of a surface, but for what objects do to each other.
import { levels } from "./studio.js";

export const vertexShader = `#version 300 es
layout(location=0) in vec3 position; layout(location=1) in vec3 normal; layout(location=2) in vec2 uv; layout(location=3) in vec4 color;
uniform mat4 view, world; uniform mat3 turn;
out vec3 place, direction; out vec2 at; out vec4 tint;
void main() {
  vec4 p = world * vec4(position, 1.0);
  place = p.xyz; direction = turn * normal; at = uv; tint = color;
  gl_Position = view * p;
}`;

export const fragmentShader = `#version 300 es
precision highp float;
in vec3 place, direction; in vec2 at; in vec4 tint;
uniform vec3 eye; uniform vec4 base; uniform vec2 matter; uniform vec3 glow; uniform float cutoff, normalScale, occlusionStrength;
uniform sampler2D baseMap, matterMap, normalMap, glowMap, occlusionMap; uniform highp sampler2DArray panorama;
uniform bvec4 has; uniform bool hasOcclusion, isUnlit, showNormals, isLine; uniform float harmonics[9];
out vec4 result;
const float pi = 3.14159265;
vec3 encode(vec3 c) { return mix(12.92 * c, 1.055 * pow(max(c, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }
vec3 decode(vec3 c) { return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
float irradiance(vec3 n) {
  return max(0.0, harmonics[0] * 0.282095 + 0.488603 * (harmonics[1] * n.y + harmonics[2] * n.z + harmonics[3] * n.x)
    + 1.092548 * (harmonics[4] * n.x * n.y + harmonics[5] * n.y * n.z + harmonics[7] * n.x * n.z)
    + 0.315392 * harmonics[6] * (3.0 * n.z * n.z - 1.0) + 0.546274 * harmonics[8] * (n.x * n.x - n.y * n.y));
}
float mirrored(vec3 d, float roughness) {
  vec2 p = vec2(atan(d.x, -d.z) / (2.0 * pi) + 0.5, acos(clamp(d.y, -1.0, 1.0)) / pi);
  float level = ${levels - 1}.0 * roughness, low = floor(level);
  return mix(texture(panorama, vec3(p, low)).r, texture(panorama, vec3(p, min(low + 1.0, ${levels - 1}.0))).r, level - low);
}
// Karis, "Physically based shading on mobile", 2014: a curve instead of the table.
vec2 table(float c, float roughness) {
  vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
  float a = min(r.x * r.x, exp2(-9.28 * c)) * r.x + r.y;
  return vec2(-1.04, 1.04) * a + r.zw;
}
void main() {
  if (isLine) { result = vec4(0.1, 0.1, 0.1, 1.0); return; }
  vec4 color = base * tint;
  if (has.x) { vec4 t = texture(baseMap, at); color *= vec4(decode(t.rgb), t.a); }
  if (cutoff >= 0.0 && color.a < cutoff) discard;
  vec3 flat_ = normalize(cross(dFdx(place), dFdy(place)));
  vec3 v = normalize(eye - place);
  if (dot(flat_, v) < 0.0) flat_ = -flat_;
  vec3 n = dot(direction, direction) > 0.0 ? normalize(direction) : flat_;
  if (dot(n, flat_) < 0.0) n = -n;
  if (has.z) {
    vec3 p1 = dFdx(place), p2 = dFdy(place); vec2 u1 = dFdx(at), u2 = dFdy(at);
    float area = u1.x * u2.y - u1.y * u2.x;
    if (abs(area) > 0.0) {
      vec3 t = normalize((p1 * u2.y - p2 * u1.y) / area - n * dot(n, (p1 * u2.y - p2 * u1.y) / area));
      vec3 m = texture(normalMap, at).xyz * 2.0 - 1.0;
      n = normalize(mat3(t, cross(n, t), n) * (m * vec3(normalScale, normalScale, 1.0)));
    }
  }
  if (showNormals) { result = vec4(n * 0.5 + 0.5, 1.0); return; }
  if (isUnlit) { result = vec4(encode(color.rgb), color.a); return; }
  float metal = matter.x, roughness = matter.y;
  if (has.y) { vec4 t = texture(matterMap, at); metal *= t.b; roughness *= t.g; }
  float occlusion = hasOcclusion ? 1.0 + occlusionStrength * (texture(occlusionMap, at).r - 1.0) : 1.0;
  vec3 emitted = glow * (has.w ? decode(texture(glowMap, at).rgb) : vec3(1.0));
  color.rgb = clamp(color.rgb, 0.0, 1.0);
  float c = clamp(dot(n, v), 0.001, 1.0);
  vec3 f0 = mix(vec3(0.04), color.rgb, metal);
  vec2 ab = table(c, roughness);
  vec3 single = f0 * ab.x + ab.y;
  float lost = 1.0 - ab.x - ab.y;
  vec3 average = f0 + (1.0 - f0) / 21.0;
  vec3 multiple = lost * single * average / (1.0 - average * lost);
  vec3 diffuse = color.rgb * (1.0 - metal) * (1.0 - single - multiple);
  float shine = mirrored(reflect(-v, n), roughness);
  float hidden = clamp(pow(c + occlusion, exp2(-16.0 * roughness - 1.0)) - 1.0 + occlusion, 0.0, 1.0);
  vec3 light = single * shine * hidden + (multiple + diffuse) * irradiance(n) * occlusion + emitted;
  result = vec4(encode(clamp(light, 0.0, 1.0)), color.a);
}`;
