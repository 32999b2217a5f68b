import Scenes
import Work

/// Reads glTF 2.0, as `.gltf` with files beside or as `.glb`.
///
/// What would break memory or meaning is refused with its place: wrong types, references, ranges and
/// sizes, broken JSON. What is merely not as the specification wants it loads with a warning.
enum GLTFReader {
  static func read(_ file: [UInt8], path: String?, door: MeshDoor) throws(FormatError) -> Scene {
    let log = door.log
    var json = file[...]
    var binary: ArraySlice<UInt8>?
    if file.starts(with: GLBContainer.magic) {
      let container = try GLBContainer(file)
      (json, binary) = (container.json, container.binary)
      container.warnings.forEach(log.warn)
    } else if path?.lowercased().hasSuffix(".glb") == true {
      throw FormatError("bad-header", "the file does not begin with the four bytes \"glTF\"")
    }
    let document = try GLTFDocument(json: json)
    document.warnings.forEach(log.warn)
    try GLTFReferences.check(document).forEach(log.warn)
    let buffers = GLTFBuffers(
      document: document, binary: binary, folder: ModelFolder(ofFile: path), log: log)
    try buffers.check()
    let accessors = GLTFAccessors(document: document, buffers: buffers)
    try accessors.check()

    var materials = GLTFMaterials(document: document, buffers: buffers)
    var scene = Scene()
    scene.unit = .meters
    scene.extensions = document.extensionsUsed
    scene.images = try materials.images()
    scene.textures = try materials.textures()
    scene.materials = try materials.materials()
    let lights = try document.lights()
    scene.lights = lights.lights
    lights.warnings.forEach(log.warn)
    scene.variants = try document.variants()
    materials.warnings.forEach(log.warn)
    var builder = GLTFSceneBuilder(
      document: document, accessors: accessors, scene: scene, door: door)
    try builder.build()
    builder.warnings.forEach(log.warn)
    return builder.scene
  }
}
