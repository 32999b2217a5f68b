import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// Reads Wavefront OBJ with its MTL: one part a material. Corners that agree in position, UV and normal
/// share a vertex; polygons are cut into triangles.
struct OBJReader {
  private struct Corner: Hashable {
    var position: Int
    var uv: Int
    var normal: Int
  }

  /// The faces of one material.
  private struct Part {
    var corners: [Corner] = []
    var triangles: [SIMD3<UInt32>] = []
  }

  private struct Crowded: Hashable {
    let part: Int
    let corner: Corner
  }

  /// A vertex of a part, and the one made before it at the same position: few share one, so a chain is quicker
  /// than a hash.
  private struct Link {
    let part: Int
    let corner: Corner
    let vertex: UInt32
    let previous: Int
  }

  private var scanner: TextScanner
  private let library: MTLLibrary
  private let door: MeshDoor
  private var positions: [SIMD3<Float>] = []
  private var colors: [SIMD4<Float>] = []
  private var uvs: [SIMD2<Float>] = []
  private var normals: [SIMD3<Float>] = []
  private var parts: [Part] = []
  /// The vertices of positions that have a full chain.
  private var crowded: [Crowded: UInt32] = [:]
  /// By position the last of its links, or -1.
  private var lastLink: [Int] = []
  private var links: [Link] = []
  private var partOfMaterial: [String: Int] = [:]
  private var materialOfPart: [String] = []

  static func read(_ file: [UInt8], path: String?, door: MeshDoor) throws(FormatError) -> Scene {
    var reader = OBJReader(file, path: path, door: door)
    try reader.parse()
    return try reader.scene()
  }

  private init(_ file: [UInt8], path: String?, door: MeshDoor) {
    scanner = TextScanner(file)
    library = MTLLibrary(folder: ModelFolder(ofFile: path), log: door.log)
    self.door = door
  }

  private mutating func parse() throws(FormatError) {
    var part = -1
    while true {
      if quickLine(part) { continue }
      guard let words = scanner.nextLine(continues: true) else { return }
      guard let keyword = words.first else { continue }
      switch scanner.text(keyword) {
      case "v": try vertex(words)
      case "vt":
        let numbers = try floats(words[1...].prefix(2), atLeast: 1)
        // v runs upwards in OBJ.
        uvs.append([numbers[0], 1 - (numbers.count > 1 ? numbers[1] : 0)])
      case "vn":
        let numbers = try floats(words[1...].prefix(3), atLeast: 3)
        normals.append(SIMD3(numbers))
      case "f":
        if part < 0 { part = use("") }
        try face(words.dropFirst(), part)
      case "usemtl":
        part = use(words.count > 1 ? scanner.text(from: words[1], through: words.last!) : "")
      case "mtllib":
        if words.count > 1 { library.load(scanner.text(from: words[1], through: words.last!)) }
      default: break
      }
    }
  }

  private mutating func use(_ material: String) -> Int {
    if let known = partOfMaterial[material] { return known }
    partOfMaterial[material] = parts.count
    materialOfPart.append(material)
    parts.append(Part())
    return parts.count - 1
  }

  private mutating func vertex(_ words: [Range<Int>]) throws(FormatError) {
    let numbers = try floats(words[1...], atLeast: 3)
    positions.append([numbers[0], numbers[1], numbers[2]])
    // x y z, w left aside, then sometimes a colour.
    if numbers.count >= 6 {
      while colors.count < positions.count - 1 { colors.append([1, 1, 1, 1]) }
      colors.append(SRGB.decode([numbers[3], numbers[4], numbers[5], 1]))
    } else if !colors.isEmpty {
      colors.append([1, 1, 1, 1])
    }
  }

  private func floats(_ words: ArraySlice<Range<Int>>, atLeast minimum: Int) throws(FormatError)
    -> [Float]
  {
    var numbers: [Float] = []
    for word in words {
      guard let number = scanner.float(word) else {
        throw FormatError(
          "bad-number", "\"\(scanner.text(word).prefix(20))\" is no number",
          at: "line \(scanner.line)")
      }
      numbers.append(number)
    }
    guard numbers.count >= minimum else {
      throw FormatError(
        "missing-number", "\(numbers.count) numbers where \(minimum) are needed",
        at: "line \(scanner.line)")
    }
    return numbers
  }

  private mutating func face(_ words: ArraySlice<Range<Int>>, _ part: Int) throws(FormatError) {
    var corners: [Corner] = []
    for word in words { corners.append(try corner(word)) }
    guard corners.count >= 3 else {
      throw FormatError(
        "bad-face", "a face has \(corners.count) corners; it needs at least 3",
        at: "line \(scanner.line)")
    }
    add(corners, part)
  }

  private mutating func add(_ corners: [Corner], _ part: Int) {
    if corners.count == 3 {
      let triangle = SIMD3(
        vertex(corners[0], part), vertex(corners[1], part), vertex(corners[2], part))
      return parts[part].triangles.append(triangle)
    }
    let vertices = corners.map { vertex($0, part) }
    for triangle in PolygonTriangulation.triangles(corners.map { positions[$0.position] }) {
      parts[part].triangles.append([
        vertices[triangle.x], vertices[triangle.y], vertices[triangle.z],
      ])
    }
  }

  private static let longestChain = 32

  private mutating func vertex(_ corner: Corner, _ part: Int) -> UInt32 {
    while lastLink.count < positions.count { lastLink.append(-1) }
    var at = lastLink[corner.position]
    var length = 0
    while at >= 0 {
      if links[at].part == part && links[at].corner == corner { return links[at].vertex }
      at = links[at].previous
      length += 1
    }
    let isFull = length >= Self.longestChain
    let key = Crowded(part: part, corner: corner)
    if isFull, let known = crowded[key] { return known }
    let vertex = UInt32(parts[part].corners.count)
    parts[part].corners.append(corner)
    if isFull {
      crowded[key] = vertex
      return vertex
    }
    links.append(
      Link(part: part, corner: corner, vertex: vertex, previous: lastLink[corner.position]))
    lastLink[corner.position] = links.count - 1
    return vertex
  }

  // MARK: The common lines

  /// Reads a line of `v`, `vt`, `vn` or `f` in its common form, without a list of words. Anything else it leaves
  /// to the careful way, which also has the words for what is wrong.
  private mutating func quickLine(_ part: Int) -> Bool {
    let bytes = scanner.bytes
    var at = scanner.offset
    guard at + 2 < bytes.count else { return false }
    let (first, second) = (bytes[at], bytes[at + 1])
    if first == UInt8(ascii: "v") {
      if second == UInt8(ascii: " ") {
        at += 2
        guard colors.isEmpty, let v = Self.three(bytes, &at), Self.isLineEnd(bytes, at) else {
          return false
        }
        positions.append(v)
      } else if second == UInt8(ascii: "n"), bytes[at + 2] == UInt8(ascii: " ") {
        at += 3
        guard let n = Self.three(bytes, &at), Self.isLineEnd(bytes, at) else { return false }
        normals.append(n)
      } else if second == UInt8(ascii: "t"), bytes[at + 2] == UInt8(ascii: " ") {
        at += 3
        guard let u = Self.number(bytes, &at), let v = Self.number(bytes, &at),
          Self.isLineEnd(bytes, at)
        else { return false }
        uvs.append([u, 1 - v])
      } else {
        return false
      }
    } else if first == UInt8(ascii: "f"), second == UInt8(ascii: " "), part >= 0 {
      at += 2
      guard let a = corner(bytes, &at), let b = corner(bytes, &at), let c = corner(bytes, &at)
      else {
        return false
      }
      if Self.isLineEnd(bytes, at) {
        add([a, b, c], part)
      } else {
        guard let d = corner(bytes, &at), Self.isLineEnd(bytes, at) else { return false }
        add([a, b, c, d], part)
      }
    } else {
      return false
    }
    scanner.skipLine(endingAt: at)
    return true
  }

  private static func isLineEnd(_ bytes: [UInt8], _ at: Int) -> Bool {
    at >= bytes.count || bytes[at] == 0x0A || bytes[at] == 0x0D
  }

  private static func three(_ bytes: [UInt8], _ at: inout Int) -> SIMD3<Float>? {
    guard let x = number(bytes, &at), let y = number(bytes, &at), let z = number(bytes, &at) else {
      return nil
    }
    return [x, y, z]
  }

  /// The next number, and the blanks behind it.
  private static func number(_ bytes: [UInt8], _ at: inout Int) -> Float? {
    var end = at
    while end < bytes.count, bytes[end] > 0x20 { end += 1 }
    guard end > at, let number = bytes.decimalFloat(at..<end) else { return nil }
    at = end
    skipBlanks(bytes, &at)
    return number
  }

  private static func skipBlanks(_ bytes: [UInt8], _ at: inout Int) {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
  }

  /// The next corner that counts from 1 and names what is there, and the blanks behind it.
  private func corner(_ bytes: [UInt8], _ at: inout Int) -> Corner? {
    func index(_ count: Int) -> Int? {
      var value = 0
      let start = at
      while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39, at - start < 10 {
        value = value * 10 + Int(bytes[at] - 0x30)
        at += 1
      }
      return at > start && value >= 1 && value <= count ? value - 1 : nil
    }
    guard let position = index(positions.count) else { return nil }
    var corner = Corner(position: position, uv: -1, normal: -1)
    if at < bytes.count, bytes[at] == UInt8(ascii: "/") {
      at += 1
      if at < bytes.count, bytes[at] != UInt8(ascii: "/") {
        guard let uv = index(uvs.count) else { return nil }
        corner.uv = uv
      }
      if at < bytes.count, bytes[at] == UInt8(ascii: "/") {
        at += 1
        guard let normal = index(normals.count) else { return nil }
        corner.normal = normal
      }
    }
    guard at >= bytes.count || bytes[at] <= 0x20 else { return nil }
    Self.skipBlanks(bytes, &at)
    return corner
  }

  /// `position`, `position/uv`, `position//normal` or all three; counted from 1, or back from the end.
  private func corner(_ word: Range<Int>) throws(FormatError) -> Corner {
    let fields = scanner.bytes[word].split(
      separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
    func index(_ field: Int, _ count: Int, _ what: String) throws(FormatError) -> Int {
      guard field < fields.count, !fields[field].isEmpty else { return -1 }
      let bounds = fields[field].startIndex..<fields[field].endIndex
      guard let number = scanner.int(bounds) else {
        throw FormatError(
          "bad-number", "\"\(scanner.text(word).prefix(30))\" is no face corner",
          at: "line \(scanner.line)")
      }
      let (result, overflow) =
        number < 0 ? number.addingReportingOverflow(count) : (number &- 1, false)
      guard !overflow, (0..<count).contains(result) else {
        if field > 0 && number > 0 {
          // A shape does not need it; a relative index that misses is a broken file all the same.
          door.log.warn("some corners name a \(what) that is not there; they go without")
          return -1
        }
        throw FormatError(
          "index-out-of-range", "\(what) \(number) is not there; \(count) are",
          at: "line \(scanner.line)")
      }
      return result
    }
    let corner = Corner(
      position: try index(0, positions.count, "vertex"), uv: try index(1, uvs.count, "UV"),
      normal: try index(2, normals.count, "normal"))
    guard corner.position >= 0 else {
      throw FormatError("bad-number", "a face corner has no vertex", at: "line \(scanner.line)")
    }
    return corner
  }

  private func scene() throws(FormatError) -> Scene {
    var scene = Scene()
    var shape = Scene.Shape(parts: [])
    for (number, part) in parts.enumerated() where !part.triangles.isEmpty {
      var streams = VertexAttributes()
      if part.corners.allSatisfy({ $0.normal >= 0 }) {
        streams.normals = part.corners.map { normals[$0.normal].normalized }
      }
      if part.corners.allSatisfy({ $0.uv >= 0 }) { streams.uvs = [part.corners.map { uvs[$0.uv] }] }
      if !colors.isEmpty { streams.colors = part.corners.map { colors[$0.position] } }
      do {
        let mesh = try door.mesh(
          positions: part.corners.map { positions[$0.position] }, triangles: part.triangles,
          attributes: streams)
        shape.parts.append(
          .init(mesh: mesh, material: library.material(materialOfPart[number], in: &scene)))
      } catch {
        throw FormatError(error.code, error.description)
      }
    }
    scene.shapes = [shape]
    scene.nodes = [Scene.Node(shape: 0)]
    scene.roots = [0]
    return scene
  }
}
