import Archives
import Geometry
import Scenes
import Settings

/// The object element of a shape: its parts' vertices welded into one list, its triangles with what they
/// show.
struct ThreeMFMeshWriter {
  private var positions: [SIMD3<Float>]
  private var triangles: [SIMD3<UInt32>]
  /// For each triangle the group and the properties of its corners; empty where no part shows anything.
  private var properties: [ThreeMFPropertyWriter.Corners]

  init(_ shape: Scene.Shape, _ writer: inout ThreeMFPropertyWriter) {
    let all = shape.parts.flatMap(\.mesh.positions)
    let weld = Weld(all)
    positions = weld.vertexOfPoint.map { all[Int($0)] }
    triangles = []
    triangles.reserveCapacity(shape.parts.reduce(0) { $0 + $1.mesh.triangles.count })
    properties = []
    let showsNothing = shape.parts.allSatisfy { writer.showsNothing($0) }
    var base: UInt32 = 0
    for part in shape.parts {
      if !showsNothing { properties += writer.corners(of: part) }
      for triangle in part.mesh.triangles {
        let corners = triangle &+ base
        triangles.append(
          SIMD3(
            weld.pointOfVertex[Int(corners.x)], weld.pointOfVertex[Int(corners.y)],
            weld.pointOfVertex[Int(corners.z)]))
      }
      base += UInt32(part.mesh.positions.count)
    }
  }

  var count: Int { triangles.count }

  /// How many triangles have two corners at one place; 3MF forbids them.
  var degenerate: Int { triangles.count { !Self.isProper($0) } }

  private static func isProper(_ triangle: SIMD3<UInt32>) -> Bool {
    triangle.x != triangle.y && triangle.y != triangle.z && triangle.z != triangle.x
  }

  /// A UUID that says what the object is, and which of the package's.
  func identifier(_ id: Int) -> String {
    Self.identifier(of: positions.bytes, id << 32 | triangles.count)
  }

  func object(id: Int, name: String) -> [UInt8] {
    var text = XMLText(capacity: 56 * positions.count + 48 * triangles.count + 1024)
    let uuid = identifier(id)
    let title = name.isEmpty ? "" : " name=\"\(MarkupText.escaped(name))\""
    text.append("<object id=\"\(id)\"\(title) type=\"model\" p:UUID=\"\(uuid)\">\n<mesh>\n")
    text.append("<vertices>\n")
    let (x, y, z) = (
      XMLText.piece("<vertex x=\""), XMLText.piece("\" y=\""), XMLText.piece("\" z=\"")
    )
    let end = XMLText.piece("\"/>\n")
    text.append(rows: positions.count, upTo: 96) { index, row in
      row.append(x)
      row.append(positions[index].x)
      row.append(y)
      row.append(positions[index].y)
      row.append(z)
      row.append(positions[index].z)
      row.append(end)
    }
    text.append("</vertices>\n<triangles>\n")
    let names = (
      XMLText.piece("<triangle v1=\""), XMLText.piece("\" v2=\""), XMLText.piece("\" v3=\"")
    )
    text.append(rows: triangles.count, upTo: 192) { index, row in
      let triangle = triangles[index]
      guard Self.isProper(triangle) else { return }
      row.append(names.0)
      row.append(triangle.x)
      row.append(names.1)
      row.append(triangle.y)
      row.append(names.2)
      row.append(triangle.z)
      if !properties.isEmpty { row.append(Array(properties[index].attributes.utf8)) }
      row.append(end)
    }
    text.append("</triangles>\n</mesh>\n</object>\n")
    return text.bytes
  }

  /// The same content gives the same identifier (a UUID of version 8, from SHA-256).
  static func identifier(of bytes: [UInt8], _ salt: Int) -> String {
    let hash = Array(Digest.sha256(of: bytes + Array("\(salt)".utf8)).utf8.prefix(32))
    var text = String(decoding: hash[0..<8], as: UTF8.self) + "-"
    text += String(decoding: hash[8..<12], as: UTF8.self) + "-8"
    text += String(decoding: hash[13..<16], as: UTF8.self) + "-8"
    text += String(decoding: hash[17..<20], as: UTF8.self) + "-"
    return text + String(decoding: hash[20..<32], as: UTF8.self)
  }
}

extension [SIMD3<Float>] {
  fileprivate var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(12 * count)
    for position in self { bytes.append(position) }
    return bytes
  }
}
