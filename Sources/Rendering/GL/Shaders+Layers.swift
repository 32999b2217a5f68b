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
