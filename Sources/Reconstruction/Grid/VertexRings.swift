/// The neighbours of each vertex, one list after another.
struct VertexRings: Sendable {
  private let starts: [Int32]
  private let members: [UInt32]

  /// - Parameters:
  ///   - triangles: of a closed surface.
  ///   - count: how many vertices there are.
  init(_ triangles: [SIMD3<UInt32>], count: Int) {
    var counts = [Int32](repeating: 0, count: count + 1)
    for triangle in triangles {
      for corner in 0..<3 { counts[Int(triangle[corner]) + 1] += 1 }
    }
    for index in 1..<counts.count { counts[index] += counts[index - 1] }
    starts = counts
    var fill = counts
    var members = [UInt32](repeating: 0, count: Int(counts.last!))
    // On a closed surface every edge leaves each of its ends once.
    for triangle in triangles {
      for corner in 0..<3 {
        let vertex = Int(triangle[corner])
        members[Int(fill[vertex])] = triangle[(corner + 1) % 3]
        fill[vertex] += 1
      }
    }
    self.members = members
  }

  subscript(vertex: Int) -> ArraySlice<UInt32> {
    members[Int(starts[vertex])..<Int(starts[vertex + 1])]
  }
}
