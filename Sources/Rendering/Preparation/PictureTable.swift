import Geometry
import Imaging
import Scenes
import Work

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
    for role in MapRole.allCases {
      prepared[role] = map(role.slot(of: material), isColor: role.isColor, mesh, &prepared)
    }
    // Texture coordinates can be asked for where nothing reads them.
    if prepared.uvSets.isEmpty && !mesh.attributes.uvs.isEmpty { prepared.uvSets = [0] }
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
