import Geometry
import Scenes
import Work

/// Reads STL, binary and text, with the colors of Magics and VisCAM. Corners at the same place, bit for bit,
/// become one vertex.
enum STLReader {
  static func read(_ file: [UInt8], door: MeshDoor) throws(FormatError) -> Scene {
    let isBinary = !isText(file)
    let corners = isBinary ? try binary(file, door.log) : try text(file)
    if isBinary, let colors = STLColors.read(file, count: corners.count / 3) {
      return try colored(corners, colors, door)
    }
    let weld = Weld(corners)
    let points = weld.vertexOfPoint.map { corners[Int($0)] }
    var triangles: [SIMD3<UInt32>] = []
    triangles.reserveCapacity(corners.count / 3)
    for first in stride(from: 0, to: corners.count - 2, by: 3) {
      let point = weld.pointOfVertex
      triangles.append(SIMD3(point[first], point[first + 1], point[first + 2]))
    }
    do {
      return Scene(
        mesh: try door.mesh(positions: points, triangles: triangles), unit: .millimeters)
    } catch {
      throw FormatError(error.code, error.description)
    }
  }

  /// A vertex is there once for each color that triangles at it have.
  private static func colored(
    _ corners: [SIMD3<Float>], _ colors: [SIMD4<Float>], _ door: MeshDoor
  ) throws(FormatError) -> Scene {
    // Over points that are one bit by bit, so that what is no number is no key.
    let point = Weld(corners).pointOfVertex
    struct Key: Hashable {
      let point: UInt32
      let color: SIMD4<Float>
    }
    var known: [Key: UInt32] = [:]
    var points: [SIMD3<Float>] = []
    var attributes = VertexAttributes()
    let indices = corners.indices.map { index in
      let key = Key(point: point[index], color: colors[index / 3])
      if let vertex = known[key] { return vertex }
      known[key] = UInt32(points.count)
      points.append(corners[index])
      attributes.colors.append(key.color)
      return UInt32(points.count - 1)
    }
    let triangles = stride(from: 0, to: indices.count - 2, by: 3).map { first in
      SIMD3(indices[first], indices[first + 1], indices[first + 2])
    }
    do {
      let mesh = try door.mesh(positions: points, triangles: triangles, attributes: attributes)
      return Scene(mesh: mesh, unit: .millimeters)
    } catch {
      throw FormatError(error.code, error.description)
    }
  }

  /// Text begins with "solid", but so do some binary headers: those have the size their count asks for.
  private static func isText(_ file: [UInt8]) -> Bool {
    let start = file.firstIndex { $0 > 0x20 } ?? 0
    guard file[start...].starts(with: Array("solid".utf8)) else { return false }
    if file.count >= 84, file.count == 84 + 50 * Int(file.loadUInt32(at: 80)) { return false }
    // A binary body almost surely has a zero byte early on.
    return !file.prefix(1024).contains(0)
  }

  private static func binary(_ file: [UInt8], _ log: LogSink) throws(FormatError) -> [SIMD3<Float>]
  {
    guard file.count >= 84 else {
      throw FormatError("truncated", "a binary STL has at least 84 bytes; this has \(file.count)")
    }
    let count = Int(file.loadUInt32(at: 80))
    let held = (file.count - 84) / 50
    guard count <= held else {
      throw FormatError(
        "truncated", "the header counts \(count) triangles but the file holds \(held)",
        at: "byte 80")
    }
    if file.count != 84 + 50 * count {
      log.warn(
        "the file goes on for \(file.count - 84 - 50 * count) bytes after its \(count) triangles")
    }
    // Straight into place: appending would ask for room at each of the corners.
    var corners = [SIMD3<Float>](repeating: .zero, count: 3 * count)
    for triangle in 0..<count {
      for corner in 0..<3 {
        let at = 84 + 50 * triangle + 12 + 12 * corner
        corners[3 * triangle + corner] = [
          file.loadFloat(at: at), file.loadFloat(at: at + 4), file.loadFloat(at: at + 8),
        ]
      }
    }
    return corners
  }

  private static func text(_ file: [UInt8]) throws(FormatError) -> [SIMD3<Float>] {
    var scanner = TextScanner(file)
    var corners: [SIMD3<Float>] = []
    var inLoop = 0
    var isOpen = false
    while let words = scanner.nextLine() {
      guard let first = words.first else { continue }
      if scanner.word(first, is: "vertex") {
        guard words.count == 4, let x = scanner.float(words[1]), let y = scanner.float(words[2]),
          let z = scanner.float(words[3])
        else {
          throw FormatError(
            "bad-number", "a vertex needs three numbers", at: "line \(scanner.line)")
        }
        corners.append([x, y, z])
        inLoop += 1
      } else if scanner.word(first, is: "outer") {
        inLoop = 0
      } else if scanner.word(first, is: "endloop") {
        guard inLoop == 3 else {
          throw FormatError(
            "bad-facet", "a facet has \(inLoop) corners instead of 3", at: "line \(scanner.line)")
        }
      } else if scanner.word(first, is: "solid") {
        isOpen = true
      } else if scanner.word(first, is: "endsolid") {
        isOpen = false
      } else if !scanner.word(first, is: "facet") && !scanner.word(first, is: "endfacet") {
        throw FormatError(
          "bad-line", "\"\(scanner.text(first).prefix(20))\" is no STL word",
          at: "line \(scanner.line)")
      }
    }
    guard corners.count % 3 == 0, !isOpen else {
      throw FormatError(
        "truncated", "the text ends before \"endsolid\"", at: "line \(scanner.line)")
    }
    return corners
  }
}
