import CEGL
import Geometry
import Scenes

/// How a prepared material becomes a shader variant, its uniforms and its bound textures.
struct GLMaterial {
  /// Texture units by role; the environment has the last two.
  enum Unit {
    static let baseColor = 0, metallicRoughness = 1, normal = 2, occlusion = 3, emissive = 4
    static let specular = 5, specularTable = 6
  }

  let material: PreparedMaterial
  private let hasVertexColor: Bool
  private let blendedCutoff: Float

  init(_ surface: PreparedScene.Surface, blendedCutoff: Float) {
    self.blendedCutoff = blendedCutoff
    material = surface.material
    hasVertexColor = !surface.mesh.attributes.colors.isEmpty
  }

  /// Occlusion in the red channel of the metallic-roughness picture is read with it.
  private var sharesOcclusion: Bool {
    material.occlusion != nil && material.occlusion == material.metallicRoughness
  }

  /// The maps with the slot each takes in the shader's UV arrays and its texture unit.
  private var maps: [(map: PreparedMaterial.Map?, slot: Int, define: String)] {
    [
      (material.baseColor, Unit.baseColor, "BASE_COLOR_MAP"),
      (material.metallicRoughness, Unit.metallicRoughness, "METALLIC_ROUGHNESS_MAP"),
      (material.normal, Unit.normal, "NORMAL_MAP"),
      (sharesOcclusion ? nil : material.occlusion, Unit.occlusion, "OCCLUSION_MAP"),
      (material.emissive, Unit.emissive, "EMISSIVE_MAP"),
    ]
  }

  /// The variant for the colour pass.
  var colorDefines: [String] {
    var defines = maps.filter { $0.map != nil }.map(\.define)
    if !defines.isEmpty { defines.append("TEXTURED") }
    if sharesOcclusion { defines.append("OCCLUSION_SHARED") }
    if hasVertexColor { defines.append("VERTEX_COLOR") }
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
    if material.baseColor != nil { defines += ["BASE_COLOR_MAP", "TEXTURED"] }
    if hasVertexColor { defines.append("VERTEX_COLOR") }
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
    if let map = material.baseColor { apply(map, Unit.baseColor, program, textures) }
    program.set("u_baseColorMap", Unit.baseColor)
  }

  /// Sets everything the colour pass needs of the material.
  func applyColor(_ program: GLProgram, _ textures: borrowing GLTextures) {
    let source = material.source
    program.set("u_baseColor", source.baseColor)
    program.set("u_alphaCutoff", alphaCutoff ?? 0)
    for (map, slot, _) in maps { if let map { apply(map, slot, program, textures) } }
    program.set("u_baseColorMap", Unit.baseColor)
    program.set("u_metallicRoughnessMap", Unit.metallicRoughness)
    program.set("u_normalMap", Unit.normal)
    program.set("u_occlusionMap", Unit.occlusion)
    program.set("u_emissiveMap", Unit.emissive)
    glUniform2f(
      unsafe glGetUniformLocation(program.name, "u_metallicRoughness"), source.metallic,
      source.roughness)
    program.set("u_normalScale", source.normalScale)
    program.set("u_occlusionStrength", source.occlusionStrength)
    program.set("u_emissive", source.emissive * source.emissiveStrength)
  }

  private func apply(
    _ map: PreparedMaterial.Map, _ slot: Int, _ program: GLProgram,
    _ textures: borrowing GLTextures
  ) {
    textures.bind(picture: map.picture, unit: slot)
    let x = map.transform.applied(to: [1, 0]) - map.transform.offset
    let y = map.transform.applied(to: [0, 1]) - map.transform.offset
    let offset = map.transform.offset
    program.set("u_uvLinear[\(slot)]", SIMD4<Float>(x.x, y.x, x.y, y.y))
    program.set("u_uvOffset[\(slot)]", SIMD4<Float>(offset.x, offset.y, Float(map.channel), 0))
  }
}
