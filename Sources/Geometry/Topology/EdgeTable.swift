/// The edges of a triangle list over points: for each, the half-edges that run along it.
///
/// Half-edge `3 t + c` runs from corner `c` of triangle `t` to the next corner. Sorting the half-edges by
/// their two end points puts each edge's half-edges side by side.
struct EdgeTable {
  /// Half-edges grouped by edge.
  let halfedges: [UInt32]
  /// Where each edge begins in `halfedges`; one more entry than edges.
  let starts: [Int]

  init(_ triangles: [SIMD3<UInt32>]) {
    var keyed: [(key: UInt64, halfedge: UInt32)] = []
    keyed.reserveCapacity(3 * triangles.count)
    for (index, triangle) in triangles.enumerated() {
      for corner in 0..<3 {
        let (from, to) = (triangle[corner], triangle[corner == 2 ? 0 : corner + 1])
        let key = UInt64(min(from, to)) << 32 | UInt64(max(from, to))
        keyed.append((key, UInt32(3 * index + corner)))
      }
    }
    keyed.sort { $0.key != $1.key ? $0.key < $1.key : $0.halfedge < $1.halfedge }
    var starts: [Int] = []
    for index in keyed.indices where index == 0 || keyed[index].key != keyed[index - 1].key {
      starts.append(index)
    }
    starts.append(keyed.count)
    halfedges = keyed.map(\.halfedge)
    self.starts = starts
  }

  var count: Int { starts.count - 1 }

  /// The half-edges along one edge.
  subscript(edge: Int) -> ArraySlice<UInt32> { halfedges[starts[edge]..<starts[edge + 1]] }
}
