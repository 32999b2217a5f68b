/// Lights of the file, and what comes through from behind.
extension Shaders {
  static let lightsAndLayers = """
    precision highp samplerCube;
    uniform float u_exposure;
    uniform samplerCube u_specular;
    uniform float u_specularLevels;
    uniform sampler2D u_specularTable;
    uniform vec3 u_sheen;
    uniform float u_sheenRoughness;
    uniform sampler2D u_sheenColorMap;
    uniform sampler2D u_sheenRoughnessMap;
    #ifdef LIGHTS
    uniform int u_lightCount;
    // Place, and 1 for a directional light; direction, and one over the range; color; cone.
    uniform vec4 u_lightPlaces[\(PreparedLight.most)];
    uniform vec4 u_lightDirections[\(PreparedLight.most)];
    uniform vec4 u_lightColors[\(PreparedLight.most)];
    uniform vec4 u_lightCones[\(PreparedLight.most)];
    // Diffuse and GGX, as glTF's appendix B has them.
    vec3 punctual(Matter matter, vec3 normal, vec3 view, vec3 position, float through) {
      float alpha = max(matter.roughness * matter.roughness, 1e-3);
      float square = alpha * alpha;
      float facing = clamp(dot(normal, view), 1e-3, 1.0);
      vec3 sum = vec3(0.0);
      for (int index = 0; index < u_lightCount; index++) {
        vec3 direction = -u_lightDirections[index].xyz;
        float strength = 1.0;
        if (u_lightPlaces[index].w < 0.5) {
          vec3 way = u_lightPlaces[index].xyz - position;
          float squared = max(dot(way, way), 1e-8);
          vec3 toLight = way * inversesqrt(squared);
          float nearness = u_lightDirections[index].w;
          float share = squared * nearness * nearness;
          float cone = clamp(
            dot(toLight, direction) * u_lightCones[index].x + u_lightCones[index].y, 0.0, 1.0);
          strength = clamp(1.0 - share * share, 0.0, 1.0) * cone * cone / squared;
          direction = toLight;
        }
        float cosine = clamp(dot(normal, direction), 0.0, 1.0);
        vec3 halfway = normalize(direction + view);
        float halfCosine = clamp(dot(normal, halfway), 0.0, 1.0);
        float spread = halfCosine * halfCosine * (square - 1.0) + 1.0;
        float density = square / (spread * spread * 3.14159265);
        float lightTerm = facing * sqrt(cosine * cosine * (1.0 - square) + square);
        float viewTerm = cosine * sqrt(facing * facing * (1.0 - square) + square);
        float visibility = 0.5 / max(lightTerm + viewTerm, 1e-6);
        float fresnel = pow(1.0 - clamp(dot(view, halfway), 0.0, 1.0), 5.0);
        vec3 reflected = matter.reflectance + (matter.grazing - matter.reflectance) * fresnel;
        sum += (reflected * density * visibility
          + (1.0 - reflected) * matter.diffuse * ((1.0 - through) / 3.14159265))
          * u_lightColors[index].rgb * (cosine * strength);
      }
      return sum;
    }
    #endif
    #ifdef TRANSMISSIVE
    uniform highp mat4 u_clipFromWorld;
    uniform sampler2D u_behind;
    uniform float u_transmission;
    uniform float u_thickness;
    uniform vec3 u_attenuation;
    uniform float u_ior;
    uniform sampler2D u_transmissionMap;
    uniform sampler2D u_thicknessMap;
    // Light from behind: what is solid where the bent ray leaves the volume, else the environment.
    vec3 transmitted(vec3 normal, vec3 view, vec3 position, float thickness, float roughness) {
    #ifdef THICK
      float ratio = 1.0 / max(u_ior, 1.0);
    #else
      float ratio = 1.0;
    #endif
      float facing = dot(normal, view);
      float inside = 1.0 - (1.0 - facing * facing) * (ratio * ratio);
      vec3 ray = normalize(normal * (facing * ratio - sqrt(max(inside, 0.0))) - view * ratio);
      float blur = roughness * clamp(u_ior * 2.0 - 2.0, 0.0, 1.0);
      vec3 light = textureLod(u_specular, ray, blur * u_specularLevels).rgb;
      vec4 clip = u_clipFromWorld * vec4(position + ray * thickness, 1.0);
      vec2 size = vec2(textureSize(u_behind, 0));
      float last = floor(log2(max(size.x, size.y)));
      vec4 seen = textureLod(u_behind, clip.xy / clip.w * 0.5 + 0.5, blur * last);
      light = seen.rgb / u_exposure + light * (1.0 - seen.a);
      return light * exp(-u_attenuation * thickness);
    }
    #endif

    """

  /// Averages the samples in linear light, for what comes through.
  static let averageFragment = """
    precision highp float;
    precision highp int;
    uniform highp sampler2DMS u_samples;
    uniform int u_count;
    layout(location = 0) out vec4 o_light;
    void main() {
      vec4 sum = vec4(0.0);
      for (int index = 0; index < u_count; index++) {
        sum += texelFetch(u_samples, ivec2(gl_FragCoord.xy), index);
      }
      o_light = sum / float(u_count);
    }
    """
}
