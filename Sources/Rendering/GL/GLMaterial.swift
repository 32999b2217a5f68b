import CEGL
import Geometry
import Scenes

/// How a prepared material becomes a shader variant, its uniforms and its bound textures.
struct GLMaterial {
  /// Texture units; the material's maps have those after.
  enum Unit {
    static let environment = 0
    static let specularTable = 1
    static let behind = 2
    static let firstMap = 3
  }

  let material: PreparedMaterial
  private let hasVertexColor, hasAmbient, hasLights: Bool
  private let blendedCutoff: Float

  init(_ surface: PreparedScene.Surface, hasLights: Bool, blendedCutoff: Float) {
    self.hasLights = hasLights
    self.blendedCutoff = surface.material.isShadow ? 2 : blendedCutoff
    material = surface.material
    hasVertexColor = !surface.mesh.attributes.colors.isEmpty
    hasAmbient = !surface.ambient.isEmpty
  }

  /// The maps that are read; a role's number is its slot in the shader's UV arrays.
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
    if material.source.sheen != nil { defines.append("SHEEN") }
    if material.isTransmissive { defines.append("TRANSMISSIVE") }
    if material.thickness > 0 { defines.append("THICK") }
    if hasLights { defines.append("LIGHTS") }
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
    if let map = material[.baseColor] {
      apply(map, .baseColor, unit: Unit.firstMap, program, textures)
    }
  }

  /// Sets everything the colour pass needs of the material.
  func applyColor(_ program: GLProgram, _ textures: borrowing GLTextures) {
    let source = material.source
    program.set("u_baseColor", source.baseColor)
    program.set("u_alphaCutoff", alphaCutoff ?? 0)
    for (index, (map, role)) in maps.enumerated() {
      apply(map, role, unit: Unit.firstMap + index, program, textures)
    }
    program.set("u_sheen", source.sheen?.color ?? .zero)
    program.set("u_sheenRoughness", source.sheen?.roughness ?? 0)
    program.set("u_transmission", source.transmission)
    program.set("u_thickness", material.thickness)
    program.set("u_attenuation", material.attenuation)
    program.set("u_ior", source.ior)
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
    _ map: PreparedMaterial.Map, _ role: MapRole, unit: Int, _ program: GLProgram,
    _ textures: borrowing GLTextures
  ) {
    let slot = role.rawValue
    textures.bind(picture: map.picture, unit: unit)
    program.set(role.uniform, unit)
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
    "sheenColor", "sheenRoughness", "transmission", "thickness",
  ]

  /// The sampler in the shaders.
  fileprivate var uniform: String { "u_\(Self.names[rawValue])Map" }

  /// What switches it on: the name in capitals.
  fileprivate var define: String {
    Self.names[rawValue].map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined() + "_MAP"
  }
}
