/// The GL engine's shaders. What they compute is specified on the page *Shading* of the documentation;
/// another engine must compute the same.
///
/// Variants are chosen by defines, so that a surface pays only for the maps it has.
enum Shaders {
  /// Attributes by location, in the order of `GLMesh`'s vertices.
  static let surfaceVertex = """
    #ifdef PER_SAMPLE
    #define WHERE sample
    #else
    #define WHERE centroid
    #endif
    uniform mat4 u_clipFromWorld;
    uniform vec4 u_depthPlane;
    uniform vec3 u_eye;
    layout(location = 0) in vec3 a_position;
    layout(location = 1) in vec3 a_normal;
    layout(location = 2) in vec4 a_tangent;
    layout(location = 3) in vec4 a_uv;
    layout(location = 4) in vec4 a_color;
    #ifdef AMBIENT
    layout(location = 5) in vec4 a_ambient0;
    layout(location = 6) in vec4 a_ambient1;
    layout(location = 7) in vec4 a_ambient2;
    layout(location = 8) in vec4 a_ambient3;
    WHERE out highp vec4 v_ambient0;
    WHERE out highp vec4 v_ambient1;
    WHERE out highp vec4 v_ambient2;
    WHERE out highp vec4 v_ambient3;
    #endif
    WHERE out highp vec3 v_position;
    out highp float v_depth;
    WHERE out highp vec3 v_normal;
    #ifdef TANGENTS
    WHERE out highp vec4 v_tangent;
    #endif
    #ifdef TEXTURED
    WHERE out highp vec4 v_uv;
    #endif
    #ifdef VERTEX_COLOR
    WHERE out highp vec4 v_color;
    #endif
    void main() {
      v_position = a_position;
      v_depth = dot(u_depthPlane, vec4(a_position, 1.0));
      v_normal = a_normal;
    #ifdef TANGENTS
      v_tangent = a_tangent;
    #endif
    #ifdef TEXTURED
      v_uv = a_uv;
    #endif
    #ifdef VERTEX_COLOR
      v_color = a_color;
    #endif
    #ifdef AMBIENT
      v_ambient0 = a_ambient0;
      v_ambient1 = a_ambient1;
      v_ambient2 = a_ambient2;
      v_ambient3 = a_ambient3;
    #endif
      gl_Position = u_clipFromWorld * vec4(a_position, 1.0);
      // Where a face lies on the back of another, the one turned to the eye is seen.
      if (dot(a_normal, u_eye - a_position) < 0.0) gl_Position.z += 2e-5 * gl_Position.w;
    }
    """

  /// What both passes share: base colour and the alpha test.
  static let baseColor = """
    #ifdef PER_SAMPLE
    #define WHERE sample
    #else
    #define WHERE centroid
    #endif
    precision highp float;
    precision highp sampler2D;
    uniform vec4 u_baseColor;
    uniform float u_alphaCutoff;
    uniform sampler2D u_baseColorMap;
    uniform vec4 u_uvLinear[15];
    uniform vec4 u_uvOffset[15];
    WHERE in highp vec3 v_position;
    in highp float v_depth;
    WHERE in highp vec3 v_normal;
    #ifdef TEXTURED
    WHERE in highp vec4 v_uv;
    vec2 uvOf(int slot) {
      vec2 uv = u_uvOffset[slot].z > 0.5 ? v_uv.zw : v_uv.xy;
      vec4 linear = u_uvLinear[slot];
      return vec2(dot(linear.xy, uv), dot(linear.zw, uv)) + u_uvOffset[slot].xy;
    }
    #endif
    #ifdef VERTEX_COLOR
    WHERE in highp vec4 v_color;
    #endif
    vec4 surfaceColor() {
      vec4 color = u_baseColor;
    #ifdef VERTEX_COLOR
      color *= v_color;
    #endif
    #ifdef BASE_COLOR_MAP
      color *= texture(u_baseColorMap, uvOf(0));
    #endif
    #ifdef ALPHA_TEST
      if (color.a < u_alphaCutoff) discard;
    #endif
      return color;
    }

    """

  /// Depth, normal and mask at the pixel centre.
  static let geometryFragment =
    baseColor + plainNormal + """
      layout(location = 0) out vec4 o_surface;
      layout(location = 1) out float o_depth;
      void main() {
      #ifdef ALPHA_TEST
        surfaceColor();
      #endif
        o_surface = vec4(plainNormal() * 0.5 + 0.5, 1.0);
        o_depth = v_depth;
      }
      """

  /// Metallic-roughness shading under image-based light; premultiplied linear colour out.
  static let colorFragment =
    baseColor + matter + arrivingLight + lightsAndLayers + """
      uniform vec3 u_eye;
      uniform float u_mostLight;
      uniform sampler2D u_normalMap;
      uniform float u_normalScale;
      uniform vec3 u_emissive;
      uniform sampler2D u_emissiveMap;
      uniform vec3 u_irradiance[9];
      uniform vec3 u_clearcoat;
      uniform sampler2D u_clearcoatMap;
      uniform sampler2D u_clearcoatRoughnessMap;
      uniform sampler2D u_clearcoatNormalMap;
      #ifdef TANGENTS
      WHERE in highp vec4 v_tangent;
      vec3 mapped(vec3 normal, vec3 picture, float strength, float facing) {
        vec3 offset = picture * 2.0 - 1.0;
        offset.xy *= strength;
        vec3 tangent = normalize(v_tangent.xyz) * facing;
        vec3 bitangent = cross(normal, tangent) * v_tangent.w;
        return normalize(tangent * offset.x + bitangent * offset.y + normal * offset.z);
      }
      #endif
      layout(location = 0) out vec4 o_color;

      vec3 irradiance(vec3 n) {
        return max(vec3(0.0), u_irradiance[0] + u_irradiance[1] * n.y + u_irradiance[2] * n.z
          + u_irradiance[3] * n.x + u_irradiance[4] * (n.x * n.y) + u_irradiance[5] * (n.y * n.z)
          + u_irradiance[6] * (3.0 * n.z * n.z - 1.0) + u_irradiance[7] * (n.x * n.z)
          + u_irradiance[8] * (n.x * n.x - n.y * n.y));
      }

      void main() {
        vec4 base = surfaceColor();
      #ifdef BLENDED
        float alpha = clamp(base.a, 0.0, 1.0);
      #else
        float alpha = 1.0;
      #endif
      #ifdef UNLIT
        vec3 light = base.rgb;
      #else
        // Nothing reflects more light than it gets.
        base.rgb = clamp(base.rgb, 0.0, 1.0);
        float facing = gl_FrontFacing ? 1.0 : -1.0;
        vec3 normal = normalize(v_normal) * facing;
        vec3 smoothNormal = normal;
      #ifdef NORMAL_MAP
        normal = mapped(normal, texture(u_normalMap, uvOf(2)).xyz, u_normalScale, facing);
      #endif
        Matter matter = matterOf(base.rgb);
        float roughness = matter.roughness;
        float occlusion = matter.occlusion;
        vec3 view = normalize(u_eye - v_position);
        float cosine = clamp(dot(normal, view), 1e-3, 1.0);
        vec2 table = texture(u_specularTable, vec2(cosine, roughness)).rg;
        vec3 single = matter.reflectance * table.x + matter.grazing * table.y;
        float lost = 1.0 - (table.x + table.y);
        vec3 average = matter.reflectance + (matter.grazing - matter.reflectance) / 21.0;
        vec3 multiple = lost * single * average / (1.0 - average * lost);
        vec3 arriving = irradiance(normal) * shade(occlusion);
        // What is scattered below the surface, or comes through it.
        vec3 body = matter.diffuse * arriving;
        float through = 0.0;
      #ifdef TRANSMISSIVE
        through = u_transmission * (1.0 - matter.metallic);
        float thickness = u_thickness;
      #ifdef TRANSMISSION_MAP
        through *= texture(u_transmissionMap, uvOf(13)).r;
      #endif
      #ifdef THICKNESS_MAP
        thickness *= texture(u_thicknessMap, uvOf(14)).g;
      #endif
        body = mix(
          body, base.rgb * transmitted(normal, view, v_position, thickness, matter.roughness),
          through);
      #endif

        vec3 reflected = reflect(-view, normal);
        vec3 mirror = textureLod(u_specular, reflected, roughness * u_specularLevels).rgb;
        vec3 light = single
          * shine(mirror, reflected, specularOcclusion(cosine, occlusion, roughness))
          + multiple * arriving + (1.0 - single - multiple) * body;
      #ifdef LIGHTS
        light += punctual(matter, normal, view, v_position, through);
      #endif
      #ifdef SHEEN
        vec3 sheen = u_sheen;
        float sheenRoughness = u_sheenRoughness;
      #ifdef SHEEN_COLOR_MAP
        sheen *= texture(u_sheenColorMap, uvOf(11)).rgb;
      #endif
      #ifdef SHEEN_ROUGHNESS_MAP
        sheenRoughness *= texture(u_sheenRoughnessMap, uvOf(12)).a;
      #endif
        sheen = clamp(sheen, 0.0, 1.0);
        float sheenShare = texture(u_specularTable, vec2(cosine, sheenRoughness)).b;
        light = light * (1.0 - max(max(sheen.r, sheen.g), sheen.b) * sheenShare)
          + sheen * arriving * sheenShare;
      #endif
        vec3 glow = u_emissive;
      #ifdef EMISSIVE_MAP
        glow *= texture(u_emissiveMap, uvOf(4)).rgb;
      #endif
        light += glow;
      #ifdef CLEARCOAT
        float coat = u_clearcoat.x;
        float coatRoughness = u_clearcoat.y;
      #ifdef CLEARCOAT_MAP
        coat *= texture(u_clearcoatMap, uvOf(7)).r;
      #endif
      #ifdef CLEARCOAT_ROUGHNESS_MAP
        coatRoughness *= texture(u_clearcoatRoughnessMap, uvOf(8)).g;
      #endif
        vec3 coatNormal = smoothNormal;
      #ifdef CLEARCOAT_NORMAL_MAP
        coatNormal = mapped(
          smoothNormal, texture(u_clearcoatNormalMap, uvOf(9)).xyz, u_clearcoat.z, facing);
      #endif
        float coatCosine = clamp(dot(coatNormal, view), 1e-3, 1.0);
        vec2 coatTable = texture(u_specularTable, vec2(coatCosine, coatRoughness)).rg;
        vec3 coatReflected = reflect(-view, coatNormal);
        vec3 coatMirror = shine(
          textureLod(u_specular, coatReflected, coatRoughness * u_specularLevels).rgb,
          coatReflected, specularOcclusion(coatCosine, occlusion, coatRoughness));
        float fresnel = 0.04 + 0.96 * pow(1.0 - coatCosine, 5.0);
        light = light * (1.0 - coat * fresnel)
          + coatMirror * (coat * (0.04 * coatTable.x + coatTable.y));
      #endif
      #endif
        o_color = vec4(clamp(light * u_exposure, 0.0, u_mostLight) * alpha, alpha);
      }
      """

  /// A triangle that covers the target.
  static let fullScreenVertex = """
    void main() {
      gl_Position = vec4(float(gl_VertexID & 1) * 4.0 - 1.0, float(gl_VertexID >> 1) * 4.0 - 1.0,
        0.0, 1.0);
    }
    """

  /// Averages the samples in linear light, divides by alpha and encodes as sRGB.
  ///
  /// At the edge of opaque surfaces the pixel centre decides on which side of one half alpha falls, so
  /// that alpha >= 0.5 means the same as the mask; for straight edges this only breaks ties.
  static let resolveFragment = """
    precision highp float;
    precision highp int;
    uniform highp sampler2DMS u_samples;
    uniform highp sampler2D u_surface;
    uniform int u_count;
    layout(location = 0) out vec4 o_color;
    layout(location = 1) out vec4 o_light;
    vec3 encoded(vec3 light) {
      vec3 low = light * 12.92;
      vec3 high = 1.055 * pow(max(light, vec3(1e-6)), vec3(1.0 / 2.4)) - 0.055;
      return mix(high, low, vec3(lessThanEqual(light, vec3(0.0031308))));
    }
    void main() {
      ivec2 pixel = ivec2(gl_FragCoord.xy);
      vec4 sum = vec4(0.0);
      bool isBlended = false;
      for (int index = 0; index < u_count; index++) {
        vec4 one = texelFetch(u_samples, pixel, index);
        isBlended = isBlended || (one.a > 0.01 && one.a < 0.99);
        sum += one;
      }
      sum /= float(u_count);
      o_light = sum;
      if (sum.a < 0.5 / 255.0) {
        o_color = vec4(0.0);
        return;
      }
      float alpha = sum.a;
      if (!isBlended && alpha < 1.0) {
        bool isInside = texelFetch(u_surface, pixel, 0).a > 0.5;
        alpha = isInside ? max(alpha, 128.0 / 255.0) : min(alpha, 127.0 / 255.0);
      }
      o_color = vec4(encoded(min(sum.rgb / sum.a, vec3(1.0))), alpha);
    }
    """
}
