import Geometry
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
    var vertexOfCorner: [Corner: UInt32] = [:]
    var triangles: [SIMD3<UInt32>] = []
  }

  private var scanner: TextScanner
  private let library: MTLLibrary
  private let door: MeshDoor
  private var positions: [SIMD3<Float>] = []
  private var colors: [SIMD4<Float>] = []
  private var uvs: [SIMD2<Float>] = []
  private var normals: [SIMD3<Float>] = []
  private var parts: [Part] = []
  private var partOfMaterial: [String: Int] = [:]
  private var materialOfPart: [String] = []

  static func read(_ file: [UInt8], path: String, door: MeshDoor) throws(FormatError) -> Scene {
    var reader = OBJReader(file, path: path, door: door)
    try reader.parse()
    return try reader.scene()
  }

  private init(_ file: [UInt8], path: String, door: MeshDoor) {
    scanner = TextScanner(file)
    library = MTLLibrary(folder: ModelFolder(ofFile: path), log: door.log)
    self.door = door
  }

  private mutating func parse() throws(FormatError) {
    var part = -1
    while let words = scanner.nextLine(continues: true) {
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
      colors.append(SIMD4(numbers[3], numbers[4], numbers[5], 1))
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
    let vertices = corners.map { corner in
      if let known = parts[part].vertexOfCorner[corner] { return known }
      let vertex = UInt32(parts[part].corners.count)
      parts[part].corners.append(corner)
      parts[part].vertexOfCorner[corner] = vertex
      return vertex
    }
    for triangle in PolygonTriangulation.triangles(corners.map { positions[$0.position] }) {
      parts[part].triangles.append([
        vertices[triangle.x], vertices[triangle.y], vertices[triangle.z],
      ])
    }
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
