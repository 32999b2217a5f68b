import CEGL
import Geometry
import Scenes

/// How a prepared material becomes a shader variant, its uniforms and its bound textures.
struct GLMaterial {
  /// Texture units by role; the environment has the last two.
  enum Unit {
    static let environment = MapRole.allCases.count
    static let specularTable = environment + 1
  }

  let material: PreparedMaterial
  private let hasVertexColor, hasAmbient: Bool
  private let blendedCutoff: Float

  init(_ surface: PreparedScene.Surface, blendedCutoff: Float) {
    self.blendedCutoff = blendedCutoff
    material = surface.material
    hasVertexColor = !surface.mesh.attributes.colors.isEmpty
    hasAmbient = !surface.ambient.isEmpty
  }

  /// The maps that are read; a role's number is its slot in the shader's UV arrays and its texture unit.
  private var maps: [(map: PreparedMaterial.Map, role: MapRole)] {
    MapRole.allCases.compactMap { role in
      // Occlusion in the red channel of the metallic-roughness picture is read with it.
      if role == .occlusion && material.sharesOcclusion { return nil }
      return material[role].map { ($0, role) }
    }
  }

  /// The variant for the colour pass.
  var colorDefines: [String] {
    var defines = maps.map { $0.role.define }
    if !defines.isEmpty { defines.append("TEXTURED") }
    if material[.normal] != nil || material[.clearcoatNormal] != nil { defines.append("TANGENTS") }
    if material.source.clearcoat > 0 { defines.append("CLEARCOAT") }
    if material.source.specularGlossiness != nil { defines.append("SPECULAR_GLOSSINESS") }
    if material.sharesOcclusion { defines.append("OCCLUSION_SHARED") }
    if hasVertexColor { defines.append("VERTEX_COLOR") }
    if hasAmbient { defines.append("AMBIENT") }
    if material.source.isUnlit { defines.append("UNLIT") }
    switch material.source.alphaMode {
    case .opaque: break
    case .mask: defines += ["ALPHA_TEST", "PER_SAMPLE"]
    case .blend: defines.append("BLENDED")
    }
    return defines
  }

  /// The variant for the geometry pass, which needs colour only where alpha decides.
  var geometryDefines: [String] {
    guard alphaCutoff != nil else { return [] }
    var defines = ["ALPHA_TEST"]
    if material[.baseColor] != nil { defines += [MapRole.baseColor.define, "TEXTURED"] }
    if hasVertexColor { defines.append("VERTEX_COLOR") }
    return defines
  }

  /// The variant for the numbers beside a picture.
  var layerDefines: [String] {
    let wanted: [MapRole] = [
      .baseColor, .metallicRoughness, .occlusion, .specular, .specularColor, .specularGlossiness,
    ]
    var defines = maps.filter { wanted.contains($0.role) }.map { $0.role.define }
    if !material.uvSets.isEmpty { defines.append("TEXTURED") }
    if material.source.specularGlossiness != nil { defines.append("SPECULAR_GLOSSINESS") }
    if material.sharesOcclusion { defines.append("OCCLUSION_SHARED") }
    if hasVertexColor { defines.append("VERTEX_COLOR") }
    if alphaCutoff != nil { defines.append("ALPHA_TEST") }
    return defines
  }

  /// Below it there is no surface, for depth, normal and mask; nil where alpha says nothing.
  private var alphaCutoff: Float? {
    switch material.source.alphaMode {
    case .opaque: nil
    case .mask(let cutoff): cutoff
    case .blend: blendedCutoff
    }
  }

  /// Sets what the base colour needs.
  func applyGeometry(_ program: GLProgram, _ textures: borrowing GLTextures) {
    guard let alphaCutoff else { return }
    program.set("u_baseColor", material.source.baseColor)
    program.set("u_alphaCutoff", alphaCutoff)
    if let map = material[.baseColor] { apply(map, .baseColor, program, textures) }
  }

  /// Sets everything the colour pass needs of the material.
  func applyColor(_ program: GLProgram, _ textures: borrowing GLTextures) {
    let source = material.source
    program.set("u_baseColor", source.baseColor)
    program.set("u_alphaCutoff", alphaCutoff ?? 0)
    for (map, role) in maps { apply(map, role, program, textures) }
    program.set("u_dielectric", source.specularColor * material.dielectric)
    program.set("u_specularWeight", source.specular)
    program.set(
      "u_clearcoat",
      SIMD3<Float>(source.clearcoat, source.clearcoatRoughness, source.clearcoatNormalScale))
    if let glossy = source.specularGlossiness {
      program.set("u_specularGlossiness", SIMD4<Float>(glossy.specular, glossy.glossiness))
    }
    glUniform2f(
      unsafe glGetUniformLocation(program.name, "u_metallicRoughness"), source.metallic,
      source.roughness)
    program.set("u_normalScale", source.normalScale)
    program.set("u_occlusionStrength", source.occlusionStrength)
    program.set("u_emissive", source.emissive * source.emissiveStrength)
  }

  private func apply(
    _ map: PreparedMaterial.Map, _ role: MapRole, _ program: GLProgram,
    _ textures: borrowing GLTextures
  ) {
    let slot = role.rawValue
    textures.bind(picture: map.picture, unit: slot)
    program.set(role.uniform, slot)
    let x = map.transform.applied(to: [1, 0]) - map.transform.offset
    let y = map.transform.applied(to: [0, 1]) - map.transform.offset
    let offset = map.transform.offset
    program.set("u_uvLinear[\(slot)]", SIMD4<Float>(x.x, y.x, x.y, y.y))
    program.set("u_uvOffset[\(slot)]", SIMD4<Float>(offset.x, offset.y, Float(map.channel), 0))
  }
}

extension MapRole {
  private static let names = [
    "baseColor", "metallicRoughness", "normal", "occlusion", "emissive", "specular",
    "specularColor", "clearcoat", "clearcoatRoughness", "clearcoatNormal", "specularGlossiness",
  ]

  /// The sampler in the shaders.
  fileprivate var uniform: String { "u_\(Self.names[rawValue])Map" }

  /// What switches it on: the name in capitals.
  fileprivate var define: String {
    Self.names[rawValue].map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined() + "_MAP"
  }
}
