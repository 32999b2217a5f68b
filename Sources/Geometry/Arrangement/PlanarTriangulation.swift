import LinearMath

/// A triangle cut into triangles by points and segments in it: a constrained triangulation.
///
/// The triangle is the corner (0 0) (1 0) (0 1) of the plane, so that a point on a side lies on it exactly.
/// Every decision is exact (`planarOrientation`); where rounding made a demand that cannot be met without
/// folding the triangulation, the demand is dropped, which the caller finds out by looking again.
///
///            c                    triangle t: corners a b c, counter-clockwise
///          / | \                  neighbours[t][k] lies beyond the side from corner k to corner k + 1,
///        /   |   \                -1 beyond the triangle's own sides
///      a --- p --- b              marks[t][k]: the label of the segment along that side, -1 for none
///
/// Insertion of segments by flips: Sloan, "A fast algorithm for generating constrained Delaunay
/// triangulations", 1993.
struct PlanarTriangulation {
  private(set) var places: [SIMD2<Double>] = [[0, 0], [1, 0], [0, 1]]
  private(set) var corners: [SIMD3<Int32>] = [[0, 1, 2]]
  private var neighbors: [SIMD3<Int32>] = [[-1, -1, -1]]
  private var marks: [SIMD3<Int32>] = [[-1, -1, -1]]
  /// A triangle at each point.
  private var triangleOf: [Int32] = [0, 0, 0]

  /// Adds a point of side `side` (from corner `side` on) before its end; points of a side come in order.
  mutating func append(onSide side: Int, _ place: SIMD2<Double>) -> Int32? {
    let end = Int32((side + 1) % 3)
    for triangle in around(end) {
      for k in 0..<3 where neighbors[triangle][k] < 0 && corners[triangle][(k + 1) % 3] == end {
        return splitSide(triangle, k, place)
      }
    }
    return nil
  }

  /// Adds a point inside; gives the point that is there already where there is one.
  mutating func insert(_ place: SIMD2<Double>) -> Int32 {
    var triangle = corners.count - 1
    var steps = 0
    search: while steps < 4 * corners.count + 16 {
      steps += 1
      let t = corners[triangle]
      var onSide = -1
      for k in 0..<3 {
        let side = planarOrientation(places[Int(t[k])], places[Int(t[(k + 1) % 3])], place)
        if side < 0, neighbors[triangle][k] >= 0 {
          triangle = Int(neighbors[triangle][k])
          continue search
        }
        if side == 0 { onSide = k }
      }
      for k in 0..<3 where places[Int(t[k])] == place { return t[k] }
      if onSide >= 0, let point = splitSide(triangle, onSide, place) { return point }
      return splitInside(triangle, place)
    }
    return corners[triangle].x
  }

  /// Sees to it that there is an edge, or a chain of edges, between two points, and labels it. Where it
  /// would cross an earlier segment, `cross` is asked to take note of the point that is made there.
  mutating func connect(
    _ from: Int32, _ to: Int32, label: Int32,
    cross: (_ labels: (Int32, Int32), _ place: SIMD2<Double>) -> Void
  ) {
    var waiting = [(from, to)]
    var budget = 64 + 4 * corners.count
    while let (a, b) = waiting.popLast() {
      budget -= 1
      if a == b || budget < 0 { continue }
      switch firstObstacle(a, b) {
      case .edge(let triangle, let k): mark(triangle, k, label)
      case .point(let point):
        waiting.append((point, b))
        waiting.append((a, point))
      case .segment(let triangle, let k):
        let (x, y) = (corners[triangle][k], corners[triangle][(k + 1) % 3])
        let old = marks[triangle][k]
        guard let place = crossing(a, b, x, y), let point = splitSide(triangle, k, place) else {
          // Too near to an end of the edge for a point between: through that end, then.
          let end = nearer(x, y, a, b)
          if end == a || end == b { continue }
          waiting.append((end, b))
          waiting.append((a, end))
          continue
        }
        cross((label, old), place)
        waiting.append((point, b))
        waiting.append((a, point))
      case .free(let edges): if clear(a, b, edges) { waiting.append((a, b)) }
      case .none: break
      }
    }
  }

  private enum Obstacle {
    case edge(Int, Int)
    case point(Int32)
    case segment(Int, Int)
    case free([(Int32, Int32)])
    case none
  }

  /// What a segment meets first that stops it, or all the edges that it crosses.
  private func firstObstacle(_ a: Int32, _ b: Int32) -> Obstacle {
    let (from, to) = (places[Int(a)], places[Int(b)])
    guard var (triangle, k) = exit(a, b, from, to) else {
      return edgeOrPoint(a, b, from, to)
    }
    var crossed: [(Int32, Int32)] = []
    while crossed.count <= 3 * corners.count {
      // The crossing comes first: what remains on this side of it is free.
      if marks[triangle][k] >= 0 { return .segment(triangle, k) }
      let (x, y) = (corners[triangle][k], corners[triangle][(k + 1) % 3])
      crossed.append((x, y))
      let next = Int(neighbors[triangle][k])
      if next < 0 { return .none }
      let j = (0..<3).first { corners[next][$0] == y }!
      let apex = corners[next][(j + 2) % 3]
      if apex == b { return .free(crossed) }
      let side = planarOrientation(from, to, places[Int(apex)])
      if side == 0 { return .point(apex) }
      // The segment runs from left of y to right of x: it leaves between the apex and one of them.
      triangle = next
      k = side > 0 ? (j + 1) % 3 : (j + 2) % 3
    }
    return .none
  }

  /// The triangle at a through whose far side a segment leaves.
  private func exit(
    _ a: Int32, _ b: Int32, _ from: SIMD2<Double>, _ to: SIMD2<Double>
  ) -> (Int, Int)? {
    for triangle in around(a) {
      let i = (0..<3).first { corners[triangle][$0] == a }!
      let (x, y) = (corners[triangle][(i + 1) % 3], corners[triangle][(i + 2) % 3])
      if x == b || y == b { return nil }
      if planarOrientation(from, to, places[Int(x)]) < 0,
        planarOrientation(from, to, places[Int(y)]) > 0
      {
        return (triangle, (i + 1) % 3)
      }
    }
    return nil
  }

  private func edgeOrPoint(
    _ a: Int32, _ b: Int32, _ from: SIMD2<Double>, _ to: SIMD2<Double>
  ) -> Obstacle {
    var onLine: Int32?
    for triangle in around(a) {
      let i = (0..<3).first { corners[triangle][$0] == a }!
      if corners[triangle][(i + 1) % 3] == b { return .edge(triangle, i) }
      if corners[triangle][(i + 2) % 3] == b { return .edge(triangle, (i + 2) % 3) }
      for step in 1...2 {
        let x = corners[triangle][(i + step) % 3]
        let place = places[Int(x)]
        let ahead = ((place - from) * (to - from)).sum() > 0
        if ahead, planarOrientation(from, to, place) == 0 { onLine = x }
      }
    }
    return onLine.map { .point($0) } ?? .none
  }

  /// The triangles at a point.
  private func around(_ point: Int32) -> [Int] {
    let first = Int(triangleOf[Int(point)])
    var result = [first]
    var triangle = first
    while true {
      let i = (0..<3).first { corners[triangle][$0] == point }!
      let next = Int(neighbors[triangle][(i + 2) % 3])
      if next == first { return result }
      if next < 0 { break }
      result.append(next)
      triangle = next
    }
    triangle = first
    while true {
      let i = (0..<3).first { corners[triangle][$0] == point }!
      let next = Int(neighbors[triangle][i])
      if next < 0 { return result }
      result.append(next)
      triangle = next
    }
  }

  /// Flips edges until none crosses a segment; false where that does not come to an end.
  private mutating func clear(_ a: Int32, _ b: Int32, _ edges: [(Int32, Int32)]) -> Bool {
    let (from, to) = (places[Int(a)], places[Int(b)])
    var waiting = edges
    var head = 0
    var budget = 8 * edges.count * edges.count + 64
    while head < waiting.count {
      budget -= 1
      if budget < 0 { return false }
      let (x, y) = waiting[head]
      head += 1
      guard let (triangle, k) = find(x, y) else { return false }
      guard let (p, q) = flip(triangle, k) else {
        waiting.append((x, y))
        continue
      }
      let touchesEnds = p == a || p == b || q == a || q == b
      let sides =
        planarOrientation(from, to, places[Int(p)]) * planarOrientation(from, to, places[Int(q)])
      if !touchesEnds && sides < 0 { waiting.append((p, q)) }
    }
    return true
  }

  private func find(_ x: Int32, _ y: Int32) -> (Int, Int)? {
    for triangle in around(x) {
      for k in 0..<3 where corners[triangle][k] == x && corners[triangle][(k + 1) % 3] == y {
        return (triangle, k)
      }
      for k in 0..<3 where corners[triangle][k] == y && corners[triangle][(k + 1) % 3] == x {
        return (triangle, k)
      }
    }
    return nil
  }

  private mutating func mark(_ triangle: Int, _ k: Int, _ label: Int32) {
    marks[triangle][k] = label
    let other = Int(neighbors[triangle][k])
    if other < 0 { return }
    let end = corners[triangle][(k + 1) % 3]
    marks[other][(0..<3).first { corners[other][$0] == end }!] = label
  }

  /// Which of x and y is nearer to the line through a and b.
  private func nearer(_ x: Int32, _ y: Int32, _ a: Int32, _ b: Int32) -> Int32 {
    let (from, along) = (places[Int(a)], places[Int(b)] - places[Int(a)])
    func distance(_ point: Int32) -> Double {
      let offset = places[Int(point)] - from
      return abs(offset.x * along.y - offset.y * along.x)
    }
    return distance(x) <= distance(y) ? x : y
  }

  /// Where the segment a b crosses the edge x y.
  private func crossing(_ a: Int32, _ b: Int32, _ x: Int32, _ y: Int32) -> SIMD2<Double>? {
    let (p, d) = (places[Int(x)], places[Int(y)] - places[Int(x)])
    let (q, e) = (places[Int(a)], places[Int(b)] - places[Int(a)])
    let determinant = d.x * e.y - d.y * e.x
    guard determinant != 0 else { return nil }
    let r = q - p
    let s = (r.x * e.y - r.y * e.x) / determinant
    return s > 0 && s < 1 ? Self.rounded(p + d * s) : nil
  }

  /// To the grid on which products of differences are exact in 128 bits.
  static func rounded(_ place: SIMD2<Double>) -> SIMD2<Double> {
    (place * 0x1p48).rounded(.toNearestOrEven) * 0x1p-48
  }

  // MARK: Changes

  /// Puts a point on a side; nil, and nothing changes, where that would turn a triangle over.
  private mutating func splitSide(
    _ triangle: Int, _ k: Int, _ place: SIMD2<Double>
  ) -> Int32? {
    let other = Int(neighbors[triangle][k])
    let t = corners[triangle]
    let (a, b, c) = (t[k], t[(k + 1) % 3], t[(k + 2) % 3])
    func isTurned(_ x: Int32, _ y: Int32) -> Bool {
      planarOrientation(places[Int(x)], places[Int(y)], place) <= 0
    }
    if isTurned(b, c) || isTurned(c, a) { return nil }
    let j = other < 0 ? 0 : (0..<3).first { corners[other][$0] == b }!
    if other >= 0 {
      let d = corners[other][(j + 2) % 3]
      if isTurned(a, d) || isTurned(d, b) { return nil }
    }
    let point = Int32(places.count)
    places.append(place)
    triangleOf.append(Int32(triangle))
    let mark = marks[triangle][k]
    // a p c stays, p b c is new.
    let new = corners.count
    let (n, m) = (neighbors[triangle], marks[triangle])
    corners.append([point, b, c])
    neighbors.append([-1, n[(k + 1) % 3], Int32(triangle)])
    marks.append([mark, m[(k + 1) % 3], -1])
    relink(n[(k + 1) % 3], from: triangle, to: new)
    corners[triangle] = [a, point, c]
    neighbors[triangle] = [-1, Int32(new), n[(k + 2) % 3]]
    marks[triangle] = [mark, -1, m[(k + 2) % 3]]
    triangleOf[Int(b)] = Int32(new)
    triangleOf[Int(c)] = Int32(new)
    triangleOf[Int(a)] = Int32(triangle)
    guard other >= 0 else { return point }
    // The same beyond the side: b a d becomes p a d and b p d.
    let beyond = corners.count
    let d = corners[other][(j + 2) % 3]
    let (on, om) = (neighbors[other], marks[other])
    corners.append([b, point, d])
    neighbors.append([Int32(new), Int32(other), on[(j + 2) % 3]])
    marks.append([mark, -1, om[(j + 2) % 3]])
    relink(on[(j + 2) % 3], from: other, to: beyond)
    corners[other] = [point, a, d]
    neighbors[other] = [Int32(triangle), on[(j + 1) % 3], Int32(beyond)]
    marks[other] = [mark, om[(j + 1) % 3], -1]
    neighbors[triangle][0] = Int32(other)
    neighbors[new][0] = Int32(beyond)
    triangleOf[Int(d)] = Int32(other)
    return point
  }

  private mutating func splitInside(_ triangle: Int, _ place: SIMD2<Double>) -> Int32 {
    let point = Int32(places.count)
    places.append(place)
    let (t, n, m) = (corners[triangle], neighbors[triangle], marks[triangle])
    let (second, third) = (corners.count, corners.count + 1)
    corners[triangle] = [t.x, t.y, point]
    neighbors[triangle] = [n.x, Int32(second), Int32(third)]
    marks[triangle] = [m.x, -1, -1]
    corners.append([t.y, t.z, point])
    neighbors.append([n.y, Int32(third), Int32(triangle)])
    marks.append([m.y, -1, -1])
    corners.append([t.z, t.x, point])
    neighbors.append([n.z, Int32(triangle), Int32(second)])
    marks.append([m.z, -1, -1])
    relink(n.y, from: triangle, to: second)
    relink(n.z, from: triangle, to: third)
    triangleOf.append(Int32(triangle))
    triangleOf[Int(t.x)] = Int32(triangle)
    triangleOf[Int(t.y)] = Int32(triangle)
    triangleOf[Int(t.z)] = Int32(second)
    return point
  }

  /// Turns the edge between two triangles; nil where the four corners are not strictly convex or the
  /// edge is a segment. Gives the ends of the new edge.
  private mutating func flip(_ triangle: Int, _ k: Int) -> (Int32, Int32)? {
    let other = Int(neighbors[triangle][k])
    guard other >= 0, marks[triangle][k] < 0 else { return nil }
    let t = corners[triangle]
    let (a, b, c) = (t[k], t[(k + 1) % 3], t[(k + 2) % 3])
    let j = (0..<3).first { corners[other][$0] == b }!
    let d = corners[other][(j + 2) % 3]
    func turn(_ x: Int32, _ y: Int32, _ z: Int32) -> Int {
      planarOrientation(places[Int(x)], places[Int(y)], places[Int(z)])
    }
    guard turn(a, d, c) > 0, turn(d, b, c) > 0 else { return nil }
    let (n, m) = (neighbors[triangle], marks[triangle])
    let (on, om) = (neighbors[other], marks[other])
    // a b c and b a d become a d c and d b c.
    corners[triangle] = [a, d, c]
    neighbors[triangle] = [on[(j + 1) % 3], Int32(other), n[(k + 2) % 3]]
    marks[triangle] = [om[(j + 1) % 3], -1, m[(k + 2) % 3]]
    corners[other] = [d, b, c]
    neighbors[other] = [on[(j + 2) % 3], n[(k + 1) % 3], Int32(triangle)]
    marks[other] = [om[(j + 2) % 3], m[(k + 1) % 3], -1]
    relink(on[(j + 1) % 3], from: other, to: triangle)
    relink(n[(k + 1) % 3], from: triangle, to: other)
    triangleOf[Int(a)] = Int32(triangle)
    triangleOf[Int(b)] = Int32(other)
    triangleOf[Int(c)] = Int32(triangle)
    triangleOf[Int(d)] = Int32(other)
    return (c, d)
  }

  private mutating func relink(_ triangle: Int32, from old: Int, to new: Int) {
    if triangle < 0 { return }
    for k in 0..<3 where neighbors[Int(triangle)][k] == Int32(old) {
      neighbors[Int(triangle)][k] = Int32(new)
      return
    }
  }

  /// Flips edges that are not segments until, seen through `actual` places, each has the smallest largest
  /// angle that a flip can give it; a bounded number of times.
  mutating func improve(_ actual: (Int32) -> SIMD2<Double>) {
    func cosine(_ at: SIMD2<Double>, _ u: SIMD2<Double>, _ v: SIMD2<Double>) -> Double {
      let (p, q) = (u - at, v - at)
      let length = ((p * p).sum() * (q * q).sum()).squareRoot()
      return length > 0 ? (p * q).sum() / length : 1
    }
    for _ in 0..<8 {
      var isChanged = false
      for triangle in corners.indices {
        for k in 0..<3 where neighbors[triangle][k] > Int32(triangle) && marks[triangle][k] < 0 {
          let other = Int(neighbors[triangle][k])
          let t = corners[triangle]
          let (a, b, c) = (actual(t[k]), actual(t[(k + 1) % 3]), actual(t[(k + 2) % 3]))
          let j = (0..<3).first { corners[other][$0] == t[(k + 1) % 3] }!
          let d = actual(corners[other][(j + 2) % 3])
          // Delaunay: the angles opposite to the edge add up to less than a half turn.
          let (atC, atD) = (cosine(c, a, b), cosine(d, a, b))
          if atC + atD < -1e-9, flip(triangle, k) != nil { isChanged = true }
        }
      }
      if !isChanged { return }
    }
  }
}
