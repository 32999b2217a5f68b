import Geometry
import Glibc
import Scenes

/// What a picture tells of a material.
enum MapRole: Int, CaseIterable, Sendable {
  case baseColor, metallicRoughness, normal, occlusion, emissive
  case specular, specularColor, clearcoat, clearcoatRoughness, clearcoatNormal
  case specularGlossiness
  case sheenColor, sheenRoughness, transmission, thickness

  /// sRGB color, or plain numbers.
  var isColor: Bool {
    [.baseColor, .emissive, .specularColor, .specularGlossiness, .sheenColor].contains(self)
  }

  func slot(of material: Material) -> TextureSlot? {
    switch self {
    case .baseColor: material.baseColorTexture
    // Specular-glossiness takes the place of these.
    case .metallicRoughness:
      material.specularGlossiness == nil ? material.metallicRoughnessTexture : nil
    case .normal: material.normalTexture
    case .occlusion: material.occlusionTexture
    case .emissive: material.emissiveTexture
    case .specular: material.specularTexture
    case .specularColor: material.specularColorTexture
    case .clearcoat: material.clearcoatTexture
    case .clearcoatRoughness: material.clearcoatRoughnessTexture
    case .clearcoatNormal: material.clearcoatNormalTexture
    case .specularGlossiness: material.specularGlossiness?.texture
    case .sheenColor: material.sheen?.colorTexture
    case .sheenRoughness: material.sheen?.roughnessTexture
    case .transmission: material.transmission > 0 ? material.transmissionTexture : nil
    case .thickness: material.transmission > 0 ? material.volume?.thicknessTexture : nil
    }
  }
}

/// A material with its textures resolved: which picture, which of two UV channels, which transform.
struct PreparedMaterial: Sendable {
  struct Map: Sendable, Equatable {
    /// Which of the scene's prepared pictures.
    let picture: Int
    /// 0 or 1: which of the UV sets in `uvSets`.
    let channel: Int
    let transform: UVTransform
  }

  var source: Material
  /// The mesh's UV sets behind the two channels.
  var uvSets: [Int] = []
  /// Only a shadow on the ground: seen from above, and no surface for depth, normals and mask.
  var isShadow = false
  /// World units of one unit of the mesh, and of one of the scene.
  var meshScale: Float = 1
  var sceneScale: Float = 1
  private var maps: [MapRole: Map] = [:]

  init(source: Material) { self.source = source }

  subscript(role: MapRole) -> Map? {
    get { maps[role] }
    set { maps[role] = newValue }
  }

  /// Occlusion is the red channel of the metallic-roughness picture, read the same way.
  var sharesOcclusion: Bool {
    self[.occlusion] != nil && self[.occlusion] == self[.metallicRoughness]
  }

  /// What is not metal reflects straight on, without its color; all of it for an ior of 0.
  var dielectric: Float {
    let ratio = (source.ior - 1) / (source.ior + 1)
    return ratio * ratio
  }

  /// World units that light goes inside, straight on.
  var thickness: Float { (source.volume?.thickness ?? 0) * meshScale }

  /// How much light is lost inside for each world unit.
  var attenuation: SIMD3<Float> {
    guard let volume = source.volume, volume.attenuationDistance.isFinite else { return .zero }
    let distance = volume.attenuationDistance * sceneScale
    return SIMD3(
      -log(max(volume.attenuationColor.x, 1e-6)), -log(max(volume.attenuationColor.y, 1e-6)),
      -log(max(volume.attenuationColor.z, 1e-6))) / distance
  }

  /// Light comes through from behind; drawn after everything else that is solid.
  var isTransmissive: Bool { source.transmission > 0 && !isBlended && !source.isUnlit }

  var isBlended: Bool { source.alphaMode == .blend }

  /// The mesh with normals, and with tangents where a normal map needs them. Normals of length zero are
  /// replaced by the mean of the faces around.
  func completed(_ mesh: Mesh) -> Mesh {
    var mesh = mesh.attributes.normals.isEmpty ? mesh.withFlatNormals() : mesh.withoutZeroNormals()
    if let normal = self[.normal] ?? self[.clearcoatNormal], mesh.attributes.tangents.isEmpty {
      mesh = mesh.withTangents(uvSet: uvSets[normal.channel])
    }
    return mesh
  }
}
