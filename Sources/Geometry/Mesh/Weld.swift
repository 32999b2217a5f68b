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
    // Open addressing. The table grows with the points, not the vertices, and their positions are kept
    // together: what is looked up stays in the cache where every point has six vertices, as in an STL.
    var keys: [SIMD3<Float>] = []
    var table = [UInt32](repeating: .max, count: 1 << 12)
    for (vertex, position) in positions.enumerated() {
      let key = position + 0  // -0 becomes +0
      var slot = Self.hash(key) & (table.count - 1)
      while table[slot] != .max && !Self.isSame(keys[Int(table[slot])], key) {
        slot = (slot + 1) & (table.count - 1)
      }
      if table[slot] == .max {
        table[slot] = UInt32(keys.count)
        keys.append(key)
        vertexOf.append(UInt32(vertex))
        pointOf[vertex] = UInt32(keys.count - 1)
        if 2 * keys.count > table.count { Self.grow(&table, keys) }
      } else {
        pointOf[vertex] = table[slot]
      }
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

  /// Equal, or neither a number: what is no place is one point, or a file of them would take for ever.
  @inline(__always)
  private static func isSame(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Bool {
    a == b || a != a && b != b
  }

  /// Makes the table four times as large.
  private static func grow(_ table: inout [UInt32], _ keys: [SIMD3<Float>]) {
    table = [UInt32](repeating: .max, count: 4 * table.count)
    for (point, key) in keys.enumerated() {
      var slot = hash(key) & (table.count - 1)
      while table[slot] != .max { slot = (slot + 1) & (table.count - 1) }
      table[slot] = UInt32(point)
    }
  }

  private static func hash(_ key: SIMD3<Float>) -> Int {
    var bits = UInt64(key.x.bitPattern) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 32) ^ UInt64(key.y.bitPattern)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 29) ^ UInt64(key.z.bitPattern)) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: bits >> 20)
  }
}
