/// What a surface is made of, as the shaders read it, and how it becomes numbers beside a picture.
extension Shaders {
  /// From the base colour to what reflects and what scatters.
  static let matter = """
    uniform vec2 u_metallicRoughness;
    uniform sampler2D u_metallicRoughnessMap;
    uniform sampler2D u_occlusionMap;
    uniform float u_occlusionStrength;
    uniform vec3 u_dielectric;
    uniform float u_specularWeight;
    uniform sampler2D u_specularMap;
    uniform sampler2D u_specularColorMap;
    uniform vec4 u_specularGlossiness;
    uniform sampler2D u_specularGlossinessMap;
    struct Matter {
      vec3 reflectance;
      float grazing;
      vec3 diffuse;
      float metallic;
      float roughness;
      float occlusion;
    };
    Matter matterOf(vec3 base) {
      Matter matter;
      matter.metallic = u_metallicRoughness.x;
      matter.roughness = u_metallicRoughness.y;
    #ifdef METALLIC_ROUGHNESS_MAP
      vec3 channels = texture(u_metallicRoughnessMap, uvOf(1)).rgb;
      matter.roughness *= channels.g;
      matter.metallic *= channels.b;
    #endif
      matter.occlusion = 1.0;
    #ifdef OCCLUSION_SHARED
      matter.occlusion = 1.0 + u_occlusionStrength * (channels.r - 1.0);
    #endif
    #ifdef OCCLUSION_MAP
      matter.occlusion = 1.0 + u_occlusionStrength * (texture(u_occlusionMap, uvOf(3)).r - 1.0);
    #endif
    #ifdef SPECULAR_GLOSSINESS
      vec4 glossy = u_specularGlossiness;
    #ifdef SPECULAR_GLOSSINESS_MAP
      glossy *= texture(u_specularGlossinessMap, uvOf(10));
    #endif
      matter.roughness = 1.0 - glossy.a;
      matter.reflectance = clamp(glossy.rgb, 0.0, 1.0);
      matter.grazing = 1.0;
      vec3 f0 = matter.reflectance;
      matter.diffuse = base * (1.0 - max(max(f0.r, f0.g), f0.b));
    #else
      float weight = u_specularWeight;
      vec3 dielectric = u_dielectric;
    #ifdef SPECULAR_MAP
      weight *= texture(u_specularMap, uvOf(5)).a;
    #endif
    #ifdef SPECULAR_COLOR_MAP
      dielectric *= texture(u_specularColorMap, uvOf(6)).rgb;
    #endif
      matter.reflectance = mix(min(dielectric, 1.0) * weight, base, matter.metallic);
      matter.grazing = mix(weight, 1.0, matter.metallic);
      matter.diffuse = base * (1.0 - matter.metallic);
    #endif
      return matter;
    }

    """

  /// What of the light reaches a surface. The material's own occlusion only counts where it hides more than
  /// what stands around.
  static let arrivingLight = """
    #ifdef AMBIENT
    WHERE in highp vec4 v_ambient0;
    WHERE in highp vec4 v_ambient1;
    WHERE in highp vec4 v_ambient2;
    WHERE in highp vec4 v_ambient3;
    float hidden(vec3 d) {
      return gl_FrontFacing ? clamp(
        v_ambient1.z + v_ambient1.w * d.y + v_ambient2.x * d.z + v_ambient2.y * d.x
        + v_ambient2.z * (d.x * d.y) + v_ambient2.w * (d.y * d.z)
        + v_ambient3.x * (3.0 * d.z * d.z - 1.0) + v_ambient3.y * (d.x * d.z)
        + v_ambient3.z * (d.x * d.x - d.y * d.y), 0.0, 1.0) : 0.0;
    }
    #endif
    float specularOcclusion(float cosine, float occlusion, float roughness) {
      return clamp(
        pow(cosine + occlusion, exp2(-16.0 * roughness - 1.0)) - 1.0 + occlusion, 0.0, 1.0);
    }
    // What arrives from the mirror direction, of this light.
    vec3 shine(vec3 light, vec3 direction, float occlusion) {
    #ifdef AMBIENT
      float hidden = hidden(direction);
      vec3 returned = vec3(v_ambient0.w, v_ambient1.xy);
      return mix(light, returned, hidden) * min(occlusion / max(1.0 - hidden, 1e-3), 1.0);
    #else
      return light * occlusion;
    #endif
    }
    // The share of irradiance that arrives.
    vec3 shade(float occlusion) {
    #ifdef AMBIENT
      vec3 share = gl_FrontFacing ? v_ambient0.xyz : vec3(1.0);
      float mean = max((share.r + share.g + share.b) / 3.0, 1e-3);
      return share * min(occlusion / mean, 1.0);
    #else
      return vec3(occlusion);
    #endif
    }

    """

  /// The normal without its map, towards the camera. Where normals cancel out, the face's own stands in.
  static let plainNormal = """
    uniform mat3 u_spaceFromWorld;
    uniform vec3 u_eye;
    vec3 plainNormal() {
      float size = length(v_normal);
      vec3 face = normalize(cross(dFdx(v_position), dFdy(v_position)));
      return u_spaceFromWorld * (
        size > 1e-4 ? v_normal / size * (gl_FrontFacing ? 1.0 : -1.0)
          : face * (dot(face, u_eye - v_position) < 0.0 ? -1.0 : 1.0));
    }

    """

  /// The numbers beside a picture, at the pixel centre.
  static let layersFragment =
    baseColor + matter + plainNormal + """
      uniform float u_object;
      layout(location = 0) out vec4 o_first;
      layout(location = 1) out vec4 o_second;
      layout(location = 2) out vec4 o_third;
      void main() {
        vec3 base = clamp(surfaceColor().rgb, 0.0, 1.0);
        Matter matter = matterOf(base);
        o_first = vec4(plainNormal(), u_object);
        o_second = vec4(base, clamp(matter.roughness, 0.0, 1.0));
        vec2 uv = vec2(0.0);
      #ifdef TEXTURED
        uv = v_uv.xy;
      #endif
        o_third = vec4(clamp(matter.metallic, 0.0, 1.0), clamp(matter.occlusion, 0.0, 1.0), uv);
      }
      """
}
