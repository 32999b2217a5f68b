import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// Reads PLY in its three encodings: positions, normals, colours, UVs of vertices or of face corners.
struct PLYReader {
  private let header: PLYHeader
  private var source: PLYValues
  private let door: MeshDoor
  private var positions: [SIMD3<Float>] = []
  private var streams = VertexAttributes()
  private var triangles: [SIMD3<UInt32>] = []
  /// UVs of each triangle's corners, where faces carry them.
  private var cornerUVs: [SIMD2<Float>] = []

  static func read(_ file: [UInt8], door: MeshDoor) throws(FormatError) -> Scene {
    let header = try PLYHeader(file)
    var reader = PLYReader(
      header: header, source: PLYValues(file, from: header.end, encoding: header.encoding),
      door: door)
    for element in header.elements { try reader.read(element) }
    return try reader.scene()
  }

  private init(header: PLYHeader, source: PLYValues, door: MeshDoor) {
    (self.header, self.source, self.door) = (header, source, door)
  }

  private mutating func read(_ element: PLYHeader.Element) throws(FormatError) {
    // Every entry takes bytes, so a count that the file cannot hold is refused before memory is taken.
    let least = header.encoding == .text ? 1 : element.minimumSize
    guard element.count == 0 || element.count <= source.remaining / max(least, 1) else {
      throw FormatError(
        "truncated", "\(element.count) entries do not fit in the \(source.remaining) bytes left",
        at: "element \(element.name)")
    }
    // Without properties an entry takes no bytes, and any number of them is nothing.
    if element.properties.isEmpty { return }
    switch element.name {
    case "vertex": try vertices(element)
    case "face": try faces(element)
    case "tristrips": try strips(element)
    default: for entry in 0..<element.count { _ = try source.entry(element, entry) }
    }
  }

  private mutating func vertices(_ element: PLYHeader.Element) throws(FormatError) {
    guard let x = element.index("x"), let y = element.index("y"), let z = element.index("z") else {
      throw FormatError("bad-header", "vertices have no x, y, z", at: "element vertex")
    }
    guard positions.isEmpty else {
      throw FormatError("bad-header", "there are two elements of vertices", at: "element vertex")
    }
    let normal = (element.index("nx"), element.index("ny"), element.index("nz"))
    let uv = (
      element.index("s", "u", "texture_u", "texture_s"),
      element.index("t", "v", "texture_v", "texture_t")
    )
    let color = (element.index("red", "r"), element.index("green", "g"), element.index("blue", "b"))
    let alpha = element.index("alpha", "a")
    if uv.0 != nil && uv.1 != nil { streams.uvs = [[]] }
    for entry in 0..<element.count {
      let values = try source.entry(element, entry).scalars
      positions.append([values[x], values[y], values[z]])
      if let nx = normal.0, let ny = normal.1, let nz = normal.2 {
        streams.normals.append(SIMD3(values[nx], values[ny], values[nz]).normalized)
      }
      if let u = uv.0, let v = uv.1 { streams.uvs[0].append([values[u], 1 - values[v]]) }
      if let r = color.0, let g = color.1, let b = color.2 {
        func share(_ property: Int) -> Float {
          values[property] / element.properties[property].type.colorScale
        }
        // As pictures have them: what painted or scanned the model wrote codes for a screen.
        streams.colors.append(
          SRGB.decode([share(r), share(g), share(b), alpha.map(share) ?? 1]))
      }
    }
  }

  private mutating func faces(_ element: PLYHeader.Element) throws(FormatError) {
    guard let list = element.list("vertex_indices", "vertex_index") else {
      throw FormatError("bad-header", "faces have no vertex_indices", at: "element face")
    }
    let texcoord = element.list("texcoord")
    // What came before had none.
    if texcoord != nil {
      cornerUVs += [SIMD2<Float>](repeating: .zero, count: 3 * triangles.count - cornerUVs.count)
    }
    if element.index("red", "r") != nil { door.log.warn("colours of faces are left behind") }
    for entry in 0..<element.count {
      let values = try source.entry(element, entry)
      let corners = try indices(values.lists[list] ?? [], "face \(entry)")
      guard corners.count >= 3 else {
        door.log.warn("face \(entry) has \(corners.count) corners and is left out")
        continue
      }
      let uvs = texcoord.flatMap { values.lists[$0] } ?? []
      for triangle in PolygonTriangulation.triangles(corners.map { positions[Int($0)] }) {
        triangles.append([corners[triangle.x], corners[triangle.y], corners[triangle.z]])
        guard texcoord != nil else { continue }
        for corner in 0..<3 {
          let at = 2 * triangle[corner]
          let isThere = at + 1 < uvs.count
          cornerUVs.append(isThere ? [Float(uvs[at]), 1 - Float(uvs[at + 1])] : .zero)
        }
      }
    }
  }

  /// Strips, one after another, parted by -1.
  private mutating func strips(_ element: PLYHeader.Element) throws(FormatError) {
    guard let list = element.list("vertex_indices", "vertex_index") else { return }
    for entry in 0..<element.count {
      let values = try source.entry(element, entry).lists[list] ?? []
      for strip in values.split(separator: -1) {
        let corners = try indices(Array(strip), "strip \(entry)")
        for at in 0..<max(0, corners.count - 2) {
          triangles.append(
            at % 2 == 0
              ? [corners[at], corners[at + 1], corners[at + 2]]
              : [corners[at], corners[at + 2], corners[at + 1]])
        }
      }
    }
  }

  private func indices(_ values: [Double], _ place: String) throws(FormatError) -> [UInt32] {
    var result: [UInt32] = []
    for value in values {
      guard value >= 0, Int(exactly: value).map({ $0 < positions.count }) == true else {
        throw FormatError(
          "index-out-of-range", "vertex \(value) is not there; \(positions.count) are", at: place)
      }
      result.append(UInt32(value))
    }
    return result
  }

  private mutating func scene() throws(FormatError) -> Scene {
    do {
      if !cornerUVs.isEmpty { split() }
      let mesh = try door.mesh(positions: positions, triangles: triangles, attributes: streams)
      if triangles.isEmpty && !positions.isEmpty {
        door.log.warn("the file is a cloud of \(positions.count) points without faces")
      }
      return Scene(mesh: mesh)
    } catch {
      throw FormatError(error.code, error.description)
    }
  }

  /// Gives a vertex to each different UV of a point.
  private mutating func split() {
    struct Key: Hashable {
      let vertex: UInt32
      let uv: SIMD2<Float>
    }
    var vertexOf: [Key: UInt32] = [:]
    var sources: [Int] = []
    var uvs: [SIMD2<Float>] = []
    for triangle in triangles.indices {
      for corner in 0..<3 {
        let at = 3 * triangle + corner
        // Faces of an element without them come after those that have them.
        let key = Key(
          vertex: triangles[triangle][corner], uv: at < cornerUVs.count ? cornerUVs[at] : .zero)
        if vertexOf[key] == nil {
          vertexOf[key] = UInt32(sources.count)
          sources.append(Int(key.vertex))
          uvs.append(key.uv)
        }
        triangles[triangle][corner] = vertexOf[key]!
      }
    }
    positions = sources.map { positions[$0] }
    if !streams.normals.isEmpty { streams.normals = sources.map { streams.normals[$0] } }
    if !streams.colors.isEmpty { streams.colors = sources.map { streams.colors[$0] } }
    streams.uvs = [uvs]
  }
}
