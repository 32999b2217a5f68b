import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// Reads text OFF (Geomview's object file format): polygons over a list of vertices. Normals, texture coordinates and
/// colors of vertices are kept; colors of faces are left behind.
struct OFFReader {
  private var scanner: TextScanner
  private let door: MeshDoor

  static func read(_ file: [UInt8], door: MeshDoor) throws(FormatError) -> Scene {
    var reader = OFFReader(scanner: TextScanner(file), door: door)
    return try reader.scene()
  }

  private var place: String { "line \(scanner.line)" }

  /// The words of the next line that has any, without what follows a `#`.
  private mutating func words() -> [Range<Int>]? {
    while let line = scanner.nextLine() {
      let words = line.prefix { scanner.bytes[$0.lowerBound] != UInt8(ascii: "#") }
      if !words.isEmpty { return Array(words) }
    }
    return nil
  }

  private mutating func scene() throws(FormatError) -> Scene {
    guard var counts = words() else { throw FormatError("empty-file", "the file is empty") }
    // ST: texture coordinates, C: colors, N: normals. 4 and n are of other dimensions.
    var kind = scanner.text(counts[0])
    guard kind.hasSuffix("OFF") else {
      throw FormatError("bad-header", "the file does not begin with OFF", at: "line 1")
    }
    kind.removeLast(3)
    guard ["", "N", "C", "CN", "ST", "STN", "STC", "STCN"].contains(kind) else {
      throw FormatError(
        "unsupported", "\(kind)OFF is not read, OFF of three dimensions is", at: "line 1")
    }
    counts.removeFirst()
    if counts.first.map({ scanner.word($0, is: "BINARY") }) == true {
      throw FormatError("unsupported", "binary OFF is not read; text is", at: "line 1")
    }
    if counts.isEmpty { counts = words() ?? [] }
    let numbers = counts.prefix(2).map { scanner.int($0) ?? -1 }
    guard numbers.count == 2, numbers.min()! >= 0 else {
      throw FormatError("bad-header", "the counts of vertices and faces are not there", at: place)
    }
    // A vertex takes five bytes and more, a face six.
    guard numbers[0] <= scanner.bytes.count / 5 + 1, numbers[1] <= scanner.bytes.count / 6 + 1
    else {
      throw FormatError(
        "truncated",
        "the header promises \(numbers[0]) vertices and \(numbers[1]) faces, which do not fit the file's size",
        at: place)
    }
    var positions: [SIMD3<Float>] = []
    var streams = VertexAttributes()
    for _ in 0..<numbers[0] {
      try vertex(kind, &positions, &streams)
    }
    // Codes to 255 where any of them is over 1; a missing alpha is opaque.
    let isCoded = streams.colors.contains { max($0.x, $0.y, $0.z) > 1 }
    streams.colors = streams.colors.map { color in
      let scaled = isCoded ? color / 255 : color
      return SRGB.decode([scaled.x, scaled.y, scaled.z, color.w == .infinity ? 1 : scaled.w])
    }
    let triangles = try faces(numbers[1], positions)
    do {
      return Scene(
        mesh: try door.mesh(positions: positions, triangles: triangles, attributes: streams))
    } catch {
      throw FormatError(error.code, error.description)
    }
  }

  private mutating func vertex(
    _ kind: String, _ positions: inout [SIMD3<Float>], _ streams: inout VertexAttributes
  ) throws(FormatError) {
    guard let words = words() else {
      throw FormatError("truncated", "the file ends after \(positions.count) vertices")
    }
    let values = words.map { scanner.float($0) }
    var at = 0
    func next(_ count: Int) throws(FormatError) -> [Float] {
      let numbers = values.dropFirst(at).prefix(count).compactMap(\.self)
      guard numbers.count == count else {
        throw FormatError("bad-number", "vertex \(positions.count) lacks numbers", at: place)
      }
      at += count
      return numbers
    }
    let p = try next(3)
    positions.append([p[0], p[1], p[2]])
    if kind.hasSuffix("N") {
      let n = try next(3)
      streams.normals.append(SIMD3(n[0], n[1], n[2]).normalized)
    }
    let hasUV = kind.hasPrefix("ST")
    if kind.contains("C") {
      let color = values.dropFirst(at).dropLast(hasUV ? 2 : 0).compactMap(\.self)
      guard color.count >= 3 else {
        throw FormatError("bad-number", "vertex \(positions.count - 1) lacks its color", at: place)
      }
      at += color.count
      streams.colors.append([
        color[0], color[1], color[2], color.count > 3 ? color[3] : .infinity,
      ])
    }
    if hasUV {
      let uv = try next(2)
      if streams.uvs.isEmpty { streams.uvs = [[]] }
      streams.uvs[0].append([uv[0], 1 - uv[1]])
    }
  }

  private mutating func faces(
    _ count: Int, _ positions: [SIMD3<Float>]
  ) throws(FormatError) -> [SIMD3<UInt32>] {
    var triangles: [SIMD3<UInt32>] = []
    var hasColors = false
    for face in 0..<count {
      guard let words = words() else {
        throw FormatError("truncated", "the file ends after \(face) of \(count) faces")
      }
      guard let size = scanner.int(words[0]), size >= 0, words.count > size else {
        throw FormatError("bad-face", "face \(face) has fewer corners than it says", at: place)
      }
      var corners: [UInt32] = []
      for word in words[1..<size + 1] {
        guard let index = scanner.int(word), index >= 0, index < positions.count else {
          throw FormatError(
            "index-out-of-range",
            "vertex \(scanner.text(word)) is not there; \(positions.count) are", at: place)
        }
        corners.append(UInt32(index))
      }
      hasColors = hasColors || words.count > size + 1
      guard size >= 3 else {
        door.log.warn("face \(face) has \(size) corners and is left out")
        continue
      }
      for triangle in PolygonTriangulation.triangles(corners.map { positions[Int($0)] }) {
        triangles.append([corners[triangle.x], corners[triangle.y], corners[triangle.z]])
      }
    }
    if hasColors { door.log.warn("colours of faces are left behind") }
    return triangles
  }
}
