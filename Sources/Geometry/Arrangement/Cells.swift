import LinearMath
import Work

/// How often the surface of a soup winds about each side of each of its triangles.
///
/// The triangles of an arranged, closed soup part space into cells. Around each edge they are sorted by
/// angle, exactly; the sides that face one another across a wedge see the same cell. From cell to cell the
/// winding number changes by one a triangle, so that one ray for each connected part fixes all (Zhou,
/// Grinspun, Zorin and Jacobson, "Mesh arrangements for solid geometry", 2016).
struct Cells {
  /// The distinct triangles, each with how often it is there, counted against its own direction too.
  let triangles: [SIMD3<UInt32>]
  let multiplicities: [SIMD2<Int32>]
  /// The soup's triangle to take for each.
  let members: [Int]
  /// Of each triangle, the winding numbers of the two operands on the side its normal points to.
  private(set) var front: [SIMD2<Int32>] = []

  /// The winding numbers behind a triangle.
  func back(_ triangle: Int) -> SIMD2<Int32> { front[triangle] &+ multiplicities[triangle] }

  /// Nil where the windings contradict one another: the soup is not closed.
  init?(_ soup: Soup, _ work: WorkContext) throws {
    (triangles, multiplicities, members) = Self.distinct(soup)
    let links = Self.links(triangles, soup.positions)
    let tree = BVH(positions: soup.positions, triangles: triangles, quick: true)
    let rays = WindingRays(
      tree: tree, triangles: triangles, multiplicities: multiplicities,
      positions: soup.positions)
    var known = [SIMD2<Int32>?](repeating: nil, count: triangles.count)
    for first in triangles.indices where known[first] == nil {
      try work.checkCancelled()
      // The largest of the first few of its part would do; any triangle is right.
      known[first] = rays.winding(inFrontOf: first)
      var waiting = [first]
      while let triangle = waiting.popLast() {
        let (inFront, behind) = (known[triangle]!, known[triangle]! &+ multiplicities[triangle])
        for side in 0..<2 {
          let value = side == 0 ? inFront : behind
          for link in links.sides(2 * triangle + side) {
            let (next, nextSide) = (Int(link) / 2, Int(link) % 2)
            let nextFront = nextSide == 0 ? value : value &- multiplicities[next]
            if let old = known[next] {
              if old != nextFront { return nil }
            } else {
              known[next] = nextFront
              waiting.append(next)
            }
          }
        }
      }
    }
    front = known.map { $0! }
  }

  /// Each set of triangles over the same three points once.
  private static func distinct(
    _ soup: Soup
  ) -> ([SIMD3<UInt32>], [SIMD2<Int32>], [Int]) {
    var triangles: [SIMD3<UInt32>] = []
    var multiplicities: [SIMD2<Int32>] = []
    var members: [Int] = []
    var known: [SIMD3<UInt32>: Int] = [:]
    known.reserveCapacity(soup.triangles.count)
    for (index, t) in soup.triangles.enumerated() {
      let key = t.risingPoints
      let place = known[key] ?? triangles.count
      if place == triangles.count {
        known[key] = place
        triangles.append(t)
        multiplicities.append(.zero)
        members.append(index)
      }
      multiplicities[place][Int(soup.operand(index))] += triangles[place].runsLike(t) ? 1 : -1
    }
    return (triangles, multiplicities, members)
  }

  /// Which sides of triangles face one another. Side 2 t is the front of triangle t, 2 t + 1 its back.
  private static func links(
    _ triangles: [SIMD3<UInt32>], _ positions: [SIMD3<Float>]
  ) -> SideLinks {
    var links = SideLinks(count: 2 * triangles.count, capacity: 6 * triangles.count)
    let edges = EdgeTable(triangles)
    var fan: [EdgeWing] = []
    for edge in 0..<edges.count {
      let halfedges = edges[edge]
      let first = Int(halfedges.first!)
      let (u, v) = (
        triangles[first / 3][first % 3], triangles[first / 3][(first % 3 + 1) % 3]
      )
      fan.removeAll(keepingCapacity: true)
      for halfedge in halfedges {
        let (t, c) = (Int(halfedge) / 3, Int(halfedge) % 3)
        fan.append(
          EdgeWing(item: t, apex: triangles[t][(c + 2) % 3], runsAlong: triangles[t][c] == u))
      }
      if fan.count > 2 { EdgeWing.sort(&fan, u, v, positions) }
      for (index, wing) in fan.enumerated() {
        let next = fan[(index + 1) % fan.count]
        links.join(
          2 * wing.item + (wing.runsAlong ? 0 : 1), 2 * next.item + (next.runsAlong ? 1 : 0))
      }
    }
    return links
  }
}

/// Pairs of things that are linked, listed by thing.
private struct SideLinks {
  private var heads: [Int32]
  private var next: [Int32] = []
  private var targets: [UInt32] = []

  init(count: Int, capacity: Int) {
    heads = [Int32](repeating: -1, count: count)
    next.reserveCapacity(capacity)
    targets.reserveCapacity(capacity)
  }

  mutating func join(_ a: Int, _ b: Int) {
    for (from, to) in [(a, b), (b, a)] {
      next.append(heads[from])
      heads[from] = Int32(targets.count)
      targets.append(UInt32(to))
    }
  }

  func sides(_ side: Int) -> [UInt32] {
    var result: [UInt32] = []
    var link = heads[side]
    while link >= 0 {
      result.append(targets[Int(link)])
      link = next[Int(link)]
    }
    return result
  }
}
