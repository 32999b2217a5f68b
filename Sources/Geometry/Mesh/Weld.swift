/// Which vertices are one point: those whose positions are equal bit for bit (-0 counts as 0).
///
/// Topology is built on points, not on vertices, because a seam duplicates vertices without cutting the
/// surface. Nothing moves; welding within a tolerance is a matter of repair.
public struct Weld: Sendable {
  /// The point of each vertex; points are numbered in order of first appearance.
  public let pointOfVertex: [UInt32]
  /// A vertex of each point.
  public let vertexOfPoint: [UInt32]

  public init(_ positions: [SIMD3<Float>]) {
    var pointOf = [UInt32](repeating: 0, count: positions.count)
    var vertexOf: [UInt32] = []
    // Open addressing over a power of two at least twice the number of vertices.
    var capacity = 16
    while capacity < positions.count * 2 { capacity *= 2 }
    var table = [UInt32](repeating: .max, count: capacity)
    let mask = capacity - 1
    for (vertex, position) in positions.enumerated() {
      let key = position + 0  // -0 becomes +0
      var slot = Self.hash(key) & mask
      while table[slot] != .max {
        if positions[Int(vertexOf[Int(table[slot])])] + 0 == key { break }
        slot = (slot + 1) & mask
      }
      if table[slot] == .max {
        table[slot] = UInt32(vertexOf.count)
        vertexOf.append(UInt32(vertex))
      }
      pointOf[vertex] = table[slot]
    }
    pointOfVertex = pointOf
    vertexOfPoint = vertexOf
  }

  /// The triangles over points instead of vertices.
  public func triangles(of mesh: Mesh) -> [SIMD3<UInt32>] {
    mesh.triangles.map { triangle in
      SIMD3(
        pointOfVertex[Int(triangle.x)], pointOfVertex[Int(triangle.y)],
        pointOfVertex[Int(triangle.z)])
    }
  }

  private static func hash(_ key: SIMD3<Float>) -> Int {
    var bits = UInt64(key.x.bitPattern) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 32) ^ UInt64(key.y.bitPattern)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 29) ^ UInt64(key.z.bitPattern)) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: bits >> 20)
  }
}
