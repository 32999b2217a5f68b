import LinearMath

extension Soup {
  /// Draws together points of rims that lie within a hair of one another, the hair growing while that
  /// closes gaps; two points of one triangle are never drawn together.
  ///
  /// - Returns: how many points were drawn to another.
  mutating func weldRims() -> Int {
    let diagonal = Double(bounds.diagonal)
    var moved = 0
    for share in [1e-6, 1e-5, 1e-4, 4e-4, 1e-3] {
      let rim = rim
      if rim.edges == 0 { return moved }
      guard let (welded, count) = weld(rim.points, within: Float(share * diagonal)) else {
        continue
      }
      // Worth it only where gaps close; else it is detail that would be lost.
      if 2 * (rim.edges - welded.rim.edges) < count { continue }
      self = welded
      moved += count
    }
    return moved
  }

  /// Edges that an odd number of triangles have, and their points. Which way triangles run does not matter:
  /// they are not turned yet.
  private var rim: (edges: Int, points: [UInt32]) {
    let edges = EdgeTable(triangles)
    var isRim = [Bool](repeating: false, count: positions.count)
    var count = 0
    for edge in 0..<edges.count where !edges[edge].count.isMultiple(of: 2) {
      let halfedge = Int(edges[edge].first!)
      let triangle = triangles[halfedge / 3]
      isRim[Int(triangle[halfedge % 3])] = true
      isRim[Int(triangle[(halfedge % 3 + 1) % 3])] = true
      count += 1
    }
    return (count, isRim.indices.filter { isRim[$0] }.map { UInt32($0) })
  }

  /// The soup with points within a distance of one another made one, nearest first; nil where none are, or where so many
  /// are that the distance is no hair: a stray triangle far away makes the soup larger than what it is about.
  private func weld(_ rim: [UInt32], within distance: Float) -> (Soup, Int)? {
    let box = bounds
    var pairs: [(square: Float, a: UInt32, b: UInt32)] = []
    var buckets: [SIMD3<Int>: [UInt32]] = [:]
    func cell(_ point: UInt32) -> SIMD3<Int> {
      let place = SIMD3<Double>(positions[Int(point)] - box.minimum) / Double(distance)
      return SIMD3(place.rounded(.down), rounding: .towardZero)
    }
    for point in rim {
      let home = cell(point)
      for x in -1...1 {
        for y in -1...1 {
          for z in -1...1 {
            let near = home &+ SIMD3(x, y, z)
            for other in buckets[near] ?? [] {
              let square = (positions[Int(point)] - positions[Int(other)]).lengthSquared
              if square <= distance * distance { pairs.append((square, other, point)) }
            }
            if pairs.count > 1000 + 32 * rim.count { return nil }
          }
        }
      }
      buckets[home, default: []].append(point)
    }
    if pairs.isEmpty { return nil }
    pairs.sort { $0.square != $1.square ? $0.square < $1.square : ($0.a, $0.b) < ($1.a, $1.b) }
    var neighbors: [UInt32: Set<UInt32>] = [:]
    let isRim = Set(rim)
    for t in triangles {
      for corner in 0..<3 where isRim.contains(t[corner]) {
        neighbors[t[corner], default: []].formUnion([t[(corner + 1) % 3], t[(corner + 2) % 3]])
      }
    }
    var sets = UnionFind(count: positions.count)
    var members: [Int: [UInt32]] = [:]
    var count = 0
    for (_, a, b) in pairs {
      let (p, q) = (sets.find(Int(a)), sets.find(Int(b)))
      if p == q { continue }
      let (first, second) = (members[p] ?? [a], members[q] ?? [b])
      let isJoined = first.contains { one in
        second.contains { neighbors[one]?.contains($0) ?? false }
      }
      // Nor may a chain of near points become one that is far from both its ends.
      let isWide = first.contains { one in
        second.contains { (positions[Int(one)] - positions[Int($0)]).length > 2 * distance }
      }
      if isJoined || isWide { continue }
      sets.unite(p, q)
      members[p] = nil
      members[q] = nil
      members[sets.find(p)] = first + second
      count += 1
    }
    if count == 0 { return nil }
    var result = self
    for (set, points) in members {
      let mean =
        points.reduce(SIMD3<Double>.zero) { $0 + SIMD3<Double>(positions[Int($1)]) }
        / Double(points.count)
      let best = points.min {
        (SIMD3<Double>(positions[Int($0)]) - mean).lengthSquared
          < (SIMD3<Double>(positions[Int($1)]) - mean).lengthSquared
      }!
      result.positions[set] = positions[Int(best)]
    }
    var points = sets
    result.triangles = triangles.map {
      SIMD3(
        UInt32(points.find(Int($0.x))), UInt32(points.find(Int($0.y))),
        UInt32(points.find(Int($0.z))))
    }
    return (result, count)
  }
}
