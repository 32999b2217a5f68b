public import LinearMath

/// Triangles over shared vertices: the value that every verb takes and gives.
///
/// `triangles[t]` names three entries of `positions`; counter-clockwise from outside. Attribute streams
/// are empty or as long as `positions`. Where two corners of one point differ in an attribute (a UV
/// seam, a hard edge), the vertex is there twice, as in glTF; `Weld` finds which vertices are one point.
///
///     positions  p0 p1 p2 p3        p3 --- p2
///     triangles  (0 1 2) (0 2 3)     |   /  |
///                                   p0 --- p1
///
/// Invariants, checked at the door so that no verb checks again: every index is in range, every
/// position is finite, every stream has its length. Attributes that are not finite become neutral.
public struct Mesh: Sendable, Equatable {
  /// Vertex positions, in the unit of the scene the mesh belongs to.
  public let positions: [SIMD3<Float>]
  /// Vertex indices, three a triangle.
  public let triangles: [SIMD3<UInt32>]
  public let attributes: VertexAttributes

  /// Throws `MeshError` where an invariant does not hold; names the first element that breaks it.
  public init(
    positions: [SIMD3<Float>], triangles: [SIMD3<UInt32>],
    attributes: VertexAttributes = VertexAttributes()
  ) throws(MeshError) {
    if let index = positions.firstIndex(where: { !$0.isFinite }) {
      throw MeshError("non-finite-position", "the position is not finite", at: "vertex \(index)")
    }
    let count = UInt32(clamping: positions.count)
    if let index = triangles.firstIndex(where: { $0.max() >= count }) {
      throw MeshError(
        "index-out-of-range",
        "vertex index \(triangles[index].max()) is out of range (\(positions.count) vertices)",
        at: "triangle \(index)")
    }
    try attributes.check(vertexCount: positions.count)
    self.positions = positions
    self.triangles = triangles
    self.attributes = attributes.finite
  }

  /// A mesh of what can be one: triangles with a corner that is not finite are left out.
  ///
  /// - Returns: the mesh and how many triangles were left out.
  public static func salvaged(
    positions: [SIMD3<Float>], triangles: [SIMD3<UInt32>], attributes: VertexAttributes
  ) throws(MeshError) -> (mesh: Mesh, dropped: Int) {
    if positions.allSatisfy(\.isFinite) {
      return (try Mesh(positions: positions, triangles: triangles, attributes: attributes), 0)
    }
    let whole = triangles.filter { triangle in
      (0..<3).allSatisfy {
        let index = Int(triangle[$0])
        return index >= positions.count || positions[index].isFinite
      }
    }
    let mesh = try Mesh(
      positions: positions.map { $0.isFinite ? $0 : .zero }, triangles: whole,
      attributes: attributes)
    return (mesh, triangles.count - whole.count)
  }

  /// For results whose invariants hold by construction.
  init(
    unchecked positions: [SIMD3<Float>], triangles: [SIMD3<UInt32>], attributes: VertexAttributes
  ) {
    self.positions = positions
    self.triangles = triangles
    self.attributes = attributes
  }

  /// The mesh without some of its streams.
  ///
  /// - Parameter uvSets: how many sets of texture coordinates stay, at most.
  public func keeping(tangents: Bool, colors: Bool, uvSets: Int) -> Mesh {
    var kept = attributes
    if !tangents { kept.tangents = [] }
    if !colors { kept.colors = [] }
    kept.uvs.removeLast(max(0, kept.uvs.count - uvSets))
    return Mesh(unchecked: positions, triangles: triangles, attributes: kept)
  }

  /// The smallest box around the vertices that triangles use.
  public var bounds: Box {
    var box = Box()
    for triangle in triangles {
      for corner in 0..<3 { box.insert(positions[Int(triangle[corner])]) }
    }
    return box
  }

  /// Of all triangles together, in squares of the mesh's unit.
  public var area: Double {
    triangles.indices.reduce(0) { $0 + areaNormal($1).length / 2 }
  }

  /// The three corners of a triangle.
  public func corners(_ triangle: Int) -> (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
    let index = triangles[triangle]
    return (positions[Int(index.x)], positions[Int(index.y)], positions[Int(index.z)])
  }

  /// The mesh with other attribute streams.
  public func with(attributes: VertexAttributes) throws(MeshError) -> Mesh {
    try attributes.check(vertexCount: positions.count)
    return Mesh(unchecked: positions, triangles: triangles, attributes: attributes)
  }

  /// The meshes one after another in one vertex and one triangle list. A stream that only some of
  /// them have is kept, with a neutral value for the others.
  public static func merged(_ meshes: [Mesh]) -> Mesh {
    if meshes.count == 1 { return meshes[0] }
    var positions: [SIMD3<Float>] = []
    var triangles: [SIMD3<UInt32>] = []
    for mesh in meshes {
      let base = SIMD3(repeating: UInt32(positions.count))
      positions += mesh.positions
      triangles += mesh.triangles.map { $0 &+ base }
    }
    let attributes = VertexAttributes.concatenated(
      meshes.map { ($0.attributes, $0.positions.count) })
    return Mesh(unchecked: positions, triangles: triangles, attributes: attributes)
  }

  /// The mesh in parts, each with the vertices that it uses, in the order in which it uses them.
  ///
  /// - Parameters:
  ///   - triangles: the triangles of each part.
  ///   - strip: takes away the streams that a part is not to have.
  public func parts(
    _ triangles: [[Int]], strip: (_ part: Int, inout VertexAttributes) -> Void
  ) -> [Mesh] {
    var renumbered = [UInt32](repeating: .max, count: positions.count)
    return triangles.enumerated().map { part, wanted in
      var kept: [Int] = []
      let corners = wanted.map { triangle in
        var corners = self.triangles[triangle]
        for corner in 0..<3 {
          let vertex = Int(corners[corner])
          if renumbered[vertex] == .max {
            renumbered[vertex] = UInt32(kept.count)
            kept.append(vertex)
          }
          corners[corner] = renumbered[vertex]
        }
        return corners
      }
      for vertex in kept { renumbered[vertex] = .max }
      var streams = attributes.gathered(kept)
      strip(part, &streams)
      return Mesh(
        unchecked: kept.map { positions[$0] }, triangles: corners, attributes: streams)
    }
  }
}
