import Archives
import Geometry
import LinearMath
import Scenes
import Settings
import Work

/// What a 3MF package carries besides the model.
public struct PackageDetails: Sendable {
  /// Names that 3MF knows: Title, Designer, Description, Application and the like.
  public var metadata: [(name: String, value: String)]
  /// A PNG of the model.
  public var thumbnail: [UInt8]

  public init(metadata: [(name: String, value: String)] = [], thumbnail: [UInt8] = []) {
    (self.metadata, self.thumbnail) = (metadata, thumbnail)
  }
}

/// Writes 3MF: core with materials (base materials, colors, textures) and production's identifiers.
///
/// Each shape is an object whose vertices are welded, because a slicer counts a seam as a hole; what
/// differs on its two sides stands in the triangles' properties. Each time a shape is shown is a build item.
struct ThreeMFWriter {
  private let scene: Scene
  private let details: PackageDetails

  static func write(
    _ scene: Scene, _ details: PackageDetails, log: LogSink
  ) throws(FormatError) -> [UInt8] {
    try ThreeMFWriter(scene: scene, details: details).run(log)
  }

  private init(scene: Scene, details: PackageDetails) {
    (self.scene, self.details) = (scene, details)
  }

  private func run(_ log: LogSink) throws(FormatError) -> [UInt8] {
    var properties = ThreeMFPropertyWriter(scene)
    var objects: [UInt8] = []
    var items = ""
    var objectOfShape: [Int: (id: Int, uuid: String)] = [:]
    var uniqueness = 0
    var dropped = 0
    for place in scene.placed where place.part == 0 {
      let shape = scene.shapes[place.shape]
      if objectOfShape[place.shape] == nil {
        let mesh = ThreeMFMeshWriter(shape, &properties)
        dropped += mesh.degenerate
        // An object has a triangle at least.
        if mesh.degenerate == mesh.count { continue }
        let id = properties.newIdentifier()
        objects += mesh.object(id: id, name: shape.name)
        objectOfShape[place.shape] = (id, mesh.identifier(id))
      }
      uniqueness += 1
      let object = objectOfShape[place.shape]!
      let transform = Self.transform(place.worldFromNode)
      let uuid = ThreeMFMeshWriter.identifier(
        of: Array((object.uuid + transform).utf8), uniqueness)
      items +=
        "<item objectid=\"\(object.id)\"\(transform) p:UUID=\"\(uuid)\"/>\n"
    }
    guard uniqueness > 0 else {
      throw FormatError("no-triangles", "every triangle has two corners at one place")
    }
    if dropped > 0 {
      log.warn("\(dropped) triangles with two corners at one place are left out, as 3MF has none")
    }
    let build = ThreeMFMeshWriter.identifier(of: Array(items.utf8), 0)
    var model = head
    model += properties.text
    model += objects
    model += Array("</resources>\n<build p:UUID=\"\(build)\">\n\(items)</build>\n</model>\n".utf8)
    return try package(model, properties.pictures)
  }

  private var head: [UInt8] {
    let metadata = details.metadata.map { name, value in
      "<metadata name=\"\(MarkupText.escaped(name))\">\(MarkupText.escaped(value))</metadata>\n"
    }
    return Array(
      ("""
      <?xml version="1.0" encoding="UTF-8"?>
      <model unit="millimeter" xml:lang="en-US" xmlns="\(ThreeMFName.core)" \
      xmlns:m="\(ThreeMFName.materials)" xmlns:p="\(ThreeMFName.production)">
      """ + "\n" + metadata.joined() + "<resources>\n").utf8)
  }

  private static func transform(_ matrix: Matrix4) -> String {
    if matrix == .identity { return "" }
    let columns = [matrix.columns.0, matrix.columns.1, matrix.columns.2, matrix.columns.3]
    let numbers = columns.flatMap { [$0.x, $0.y, $0.z] }.map { "\($0)" }
    return " transform=\"\(numbers.joined(separator: " "))\""
  }

  private func package(
    _ model: [UInt8], _ pictures: [(path: String, bytes: [UInt8])]
  ) throws(FormatError) -> [UInt8] {
    var entries: [(name: String, bytes: [UInt8])] = [
      ("[Content_Types].xml", Array(contentTypes.utf8))
    ]
    var relations = relation("/3D/3dmodel.model", ThreeMFName.modelRelationship, 0)
    if !details.thumbnail.isEmpty {
      relations += relation("/Metadata/thumbnail.png", ThreeMFName.thumbnailRelationship, 1)
      entries.append(("Metadata/thumbnail.png", details.thumbnail))
    }
    entries.append(("_rels/.rels", relationships(relations)))
    entries.append(("3D/3dmodel.model", model))
    if !pictures.isEmpty {
      let links = pictures.enumerated().map { index, picture in
        relation("/" + picture.path, ThreeMFName.textureRelationship, index)
      }
      entries.append(("3D/_rels/3dmodel.model.rels", relationships(links.joined())))
      entries += pictures.map { (name: $0.path, bytes: $0.bytes) }
    }
    let stored = Set(pictures.map(\.path) + ["Metadata/thumbnail.png"])
    do throws(ArchiveError) {
      return try DeflatedZip.bytes(entries, stored: stored)
    } catch {
      throw FormatError(error.code, error.message, at: error.place, kind: error.kind)
    }
  }

  private var contentTypes: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <Types xmlns="\(ThreeMFName.contentTypes)">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
    <Default Extension="png" ContentType="image/png"/>
    <Default Extension="jpg" ContentType="image/jpeg"/>
    </Types>

    """
  }

  private func relation(_ target: String, _ kind: String, _ index: Int) -> String {
    "<Relationship Target=\"\(target)\" Id=\"rel\(index)\" Type=\"\(kind)\"/>\n"
  }

  private func relationships(_ relations: String) -> [UInt8] {
    Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Relationships xmlns="\(ThreeMFName.packageRelationships)">
      \(relations)</Relationships>

      """.utf8)
  }
}
