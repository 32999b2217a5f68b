import Archives
import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// Writes USDZ: a stage as text with UsdPreviewSurface materials and its pictures, in a ZIP that is not deflated
/// and whose files begin at multiples of 64 bytes (the USDZ File Format Specification, 1.3).
///
/// Every shown part is a mesh in metres, y up; nodes, variants and lights stay behind, and so do the extensions
/// of materials except clear coats.
enum USDZWriter {
  static func write(_ scene: Scene, log: LogSink) throws(FormatError) -> [UInt8] {
    if let losses = scene.lossesInUSDZ { log.warn(losses) }
    let scene = scene.inPlainPictures(log)
    var writer = Pictures(scene: scene)
    var text = """
      #usda 1.0
      (
          defaultPrim = "Model"
          doc = "Maquette"
          metersPerUnit = 1
          upAxis = "Y"
      )

      def Xform "Model" (
          kind = "component"
      )
      {

      """
    let parts = scene.surfaces().filter { !$0.mesh.triangles.isEmpty }
    let used = Set(parts.compactMap(\.material)).sorted()
    for (number, part) in parts.enumerated() { text += USDMesh.text(part, number, in: scene) }
    if !used.isEmpty {
      text += "    def Scope \"Materials\"\n    {\n"
      for material in used { text += USDMaterial.text(material, in: scene, &writer) }
      text += "    }\n"
    }
    text += "}\n"
    let files = [("model.usda", Array(text.utf8))] + writer.files
    do throws(ArchiveError) {
      return try DeflatedZip.bytes(files, stored: Set(files.map(\.0)), alignment: 64)
    } catch {
      throw FormatError(error.code, error.message, kind: .unwritableOutput)
    }
  }

  /// The pictures that materials ask for.
  struct Pictures {
    let scene: Scene
    private(set) var files: [(name: String, bytes: [UInt8])] = []
    private var names: [Int: String] = [:]

    init(scene: Scene) { self.scene = scene }

    /// The name of an image in the archive; nil where there is no picture.
    mutating func name(of image: Int) -> String? {
      if let known = names[image] { return known }
      let plain = scene.images[image]
      guard plain.problem == nil else { return nil }
      let format = ImageFile.format(of: plain.bytes)
      let name = "textures/\(image)." + (format == .jpeg ? "jpg" : "png")
      names[image] = name
      files.append((name, plain.bytes))
      return name
    }
  }
}

/// The way a texture's coordinates are found: one set of the mesh, moved as the slot says.
struct USDCoordinates: Equatable {
  let uvSet: Int
  let transform: UVTransform

  init(_ slot: TextureSlot) { (uvSet, transform) = (slot.uvSet, slot.transform) }

  /// Those of a material, each once; the number in the list is part of the primvar's name.
  static func all(of material: Material) -> [USDCoordinates] {
    USDMaterial.slots(of: material).map(USDCoordinates.init).reduce(into: []) { known, next in
      if !known.contains(next) { known.append(next) }
    }
  }

  static func primvar(_ number: Int) -> String { number == 0 ? "st" : "st\(number)" }
}
