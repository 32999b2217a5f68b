import Geometry
import Imaging
import LinearMath
import Scenes
import Work

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
  var baseColor: Map?
  var metallicRoughness: Map?
  var normal: Map?
  var occlusion: Map?
  var emissive: Map?

  var isBlended: Bool { source.alphaMode == .blend }

  /// The mesh with normals, and with tangents where a normal map needs them. Normals of length zero are
  /// replaced by the mean of the faces around.
  func completed(_ mesh: Mesh) -> Mesh {
    var mesh = mesh.attributes.normals.isEmpty ? mesh.withFlatNormals() : mesh.withoutZeroNormals()
    if let normal, mesh.attributes.tangents.isEmpty {
      mesh = mesh.withTangents(uvSet: uvSets[normal.channel])
    }
    return mesh
  }
}

extension Mesh {
  fileprivate func withoutZeroNormals() -> Mesh {
    guard attributes.normals.contains(.zero) else { return self }
    let smooth = withSmoothNormals().attributes.normals
    var streams = attributes
    for index in streams.normals.indices where streams.normals[index] == .zero {
      streams.normals[index] = smooth[index] == .zero ? [0, 1, 0] : smooth[index]
    }
    return (try? with(attributes: streams)) ?? self
  }
}

/// Collects the pictures that materials use, each once for each role.
struct PictureTable {
  private struct Use: Hashable {
    let texture: Int
    let isColor: Bool
  }

  private let scene: Scene
  private let log: LogSink
  private var numberOf: [Use: Int] = [:]
  private var uses: [Use] = []
  /// The pixels of each image that can be decoded.
  private let images: [Int: Image]

  /// Decodes every image that these materials use; one that is damaged is left out with a warning.
  init(_ scene: Scene, materials: [Int], _ work: WorkContext) throws {
    (self.scene, log) = (scene, work.log)
    let used = Set(
      materials.flatMap { scene.materials[$0].slots }.compactMap {
        scene.textures[$0.texture].image
      })
    let numbers = used.filter { scene.images[$0].problem == nil }.sorted()
    let decoded = try parallelMap(count: numbers.count, work) { index in
      Result { try scene.images[numbers[index]].decoded() }
    }
    var images: [Int: Image] = [:]
    for (number, result) in zip(numbers, decoded) {
      let name = "image \(number) \"\(scene.images[number].name)\""
      switch result {
      case .success(let (picture, warning)):
        images[number] = picture.rgba8()
        if let warning { log.warn("\(name): \(warning)") }
      case .failure(let error): log.warn("\(name) is left out: \(error)")
      }
    }
    self.images = images
  }

  /// Every picture in use, by number.
  var pictures: [PreparedScene.Picture] {
    uses.map { use in
      let texture = scene.textures[use.texture]
      return PreparedScene.Picture(
        image: images[texture.image!]!, isColor: use.isColor, texture: texture)
    }
  }

  mutating func prepare(_ material: Material, for mesh: Mesh) -> PreparedMaterial {
    var prepared = PreparedMaterial(source: material)
    prepared.baseColor = map(material.baseColorTexture, isColor: true, mesh, &prepared)
    prepared.emissive = map(material.emissiveTexture, isColor: true, mesh, &prepared)
    prepared.metallicRoughness = map(
      material.metallicRoughnessTexture, isColor: false, mesh, &prepared)
    prepared.occlusion = map(material.occlusionTexture, isColor: false, mesh, &prepared)
    prepared.normal = map(material.normalTexture, isColor: false, mesh, &prepared)
    return prepared
  }

  private mutating func map(
    _ slot: TextureSlot?, isColor: Bool, _ mesh: Mesh, _ prepared: inout PreparedMaterial
  ) -> PreparedMaterial.Map? {
    guard let slot, let image = scene.textures[slot.texture].image, images[image] != nil else {
      return nil
    }
    guard slot.uvSet < mesh.attributes.uvs.count else {
      log.warn(
        "material \"\(prepared.source.name)\" wants UV set \(slot.uvSet), which its mesh does not "
          + "have; that texture is left out")
      return nil
    }
    if !prepared.uvSets.contains(slot.uvSet) {
      guard prepared.uvSets.count < 2 else {
        log.warn(
          "material \"\(prepared.source.name)\" uses more than two UV sets; the rest is left out")
        return nil
      }
      prepared.uvSets.append(slot.uvSet)
    }
    let use = Use(texture: slot.texture, isColor: isColor)
    if numberOf[use] == nil {
      numberOf[use] = uses.count
      uses.append(use)
    }
    return PreparedMaterial.Map(
      picture: numberOf[use]!, channel: prepared.uvSets.firstIndex(of: slot.uvSet)!,
      transform: slot.transform)
  }
}
