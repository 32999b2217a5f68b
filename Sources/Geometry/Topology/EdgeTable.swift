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
    // Buckets by the smaller end, each a handful that is sorted by the larger: no sort of everything.
    let points = Int(triangles.lazy.map { $0.max() }.max() ?? 0) + 1
    var ends = [Int](repeating: 0, count: points + 1)
    for triangle in triangles {
      for corner in 0..<3 { ends[Int(Self.low(triangle, corner)) + 1] += 1 }
    }
    for point in 0..<points { ends[point + 1] += ends[point] }
    // After filling, `ends[p]` is where the bucket of p ends.
    var keyed = [SIMD2<UInt32>](repeating: .zero, count: 3 * triangles.count)
    for (index, triangle) in triangles.enumerated() {
      for corner in 0..<3 {
        let low = Int(Self.low(triangle, corner))
        let (from, to) = (triangle[corner], triangle[corner == 2 ? 0 : corner + 1])
        keyed[ends[low]] = SIMD2(max(from, to), UInt32(3 * index + corner))
        ends[low] += 1
      }
    }
    var starts: [Int] = []
    var first = 0
    for point in 0..<points {
      Self.sort(&keyed, first..<ends[point])
      for index in first..<ends[point] where index == first || keyed[index].x != keyed[index - 1].x
      {
        starts.append(index)
      }
      first = ends[point]
    }
    starts.append(keyed.count)
    halfedges = keyed.map { $0.y }
    self.starts = starts
  }

  @inline(__always) private static func low(_ triangle: SIMD3<UInt32>, _ corner: Int) -> UInt32 {
    min(triangle[corner], triangle[corner == 2 ? 0 : corner + 1])
  }

  /// By the larger end; half-edges of one edge keep their order. Insertion, or a true sort for the hub of
  /// a large fan.
  private static func sort(_ keyed: inout [SIMD2<UInt32>], _ bucket: Range<Int>) {
    if bucket.count > 64 {
      keyed[bucket].sort { $0.x != $1.x ? $0.x < $1.x : $0.y < $1.y }
      return
    }
    for index in bucket.dropFirst() {
      let value = keyed[index]
      var place = index
      while place > bucket.lowerBound, keyed[place - 1].x > value.x {
        keyed[place] = keyed[place - 1]
        place -= 1
      }
      keyed[place] = value
    }
  }

  var count: Int { starts.count - 1 }

  /// The half-edges along one edge.
  subscript(edge: Int) -> ArraySlice<UInt32> { halfedges[starts[edge]..<starts[edge + 1]] }
}
