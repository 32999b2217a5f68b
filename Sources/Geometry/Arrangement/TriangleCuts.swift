import LinearMath

// Where two triangles meet. That they meet was decided exactly; on what they meet is decided within a
// tolerance of a few steps of the grid to which new points are rounded: what nearly touches is made to
// touch, so that rounding has nothing left to push across.

/// What happens to one triangle: points inside it, and segments between points in or on it.
struct TriangleCuts {
  var points: [UInt32] = []
  var segments: [Segment] = []

  /// Between two points.
  struct Segment {
    let from: UInt32
    let to: UInt32
    /// The triangle that cuts along it.
    let by: UInt32
    /// The ends of the edge that it is part of; 0 where it is where two planes cross.
    let along: UInt64
  }
}

/// Finds and collects the cuts of a soup.
struct CutFinder {
  private(set) var positions: [SIMD3<Float>]
  private let triangles: [SIMD3<UInt32>]
  /// Points on edges, by the edge's ends.
  private(set) var pointsOnEdge: [UInt64: [UInt32]] = [:]
  private(set) var cuts: [Int: TriangleCuts] = [:]
  /// Points that new ones may be, by place.
  private var lookup: [SIMD3<Int>: [UInt32]] = [:]
  private let grid: Grid
  private let tolerance: Double

  init(_ soup: Soup, grid: Grid) {
    positions = soup.positions
    triangles = soup.triangles
    self.grid = grid
    tolerance = grid.tolerance
  }

  static func edge(_ a: UInt32, _ b: UInt32) -> UInt64 {
    UInt64(min(a, b)) << 32 | UInt64(max(a, b))
  }

  /// Makes the corners of a triangle known, so that a new point near one is that one.
  mutating func know(_ triangle: Int) {
    for corner in 0..<3 {
      let point = triangles[triangle][corner]
      let home = cell(double(point))
      if lookup[home]?.contains(point) ?? false { continue }
      lookup[home, default: []].append(point)
    }
  }

  /// Takes in a pair of triangles that may meet.
  mutating func add(_ first: Int, _ second: Int) {
    let planes = (
      TrianglePlane(triangles[first], positions), TrianglePlane(triangles[second], positions)
    )
    let heights = (heights(of: second, planes.0), heights(of: first, planes.1))
    if heights.0.isBeside(tolerance) || heights.1.isBeside(tolerance) { return }
    // In one plane as good as: that of the triangle that says better where it is.
    var common: SIMD3<Double>?
    if heights.0.isFlat(tolerance) { common = planes.0.normal }
    if heights.1.isFlat(tolerance), common == nil || planes.1.leastHeight > planes.0.leastHeight {
      common = planes.1.normal
    }
    var found: [UInt32] = []
    for (own, other) in [(first, second), (second, first)] {
      for side in 0..<3 {
        let met = meet(own, side, other, common)
        for point in met where !found.contains(point) { found.append(point) }
        // An edge that lies in the other's plane cuts it along itself.
        if met.count == 2 {
          let edge = Self.edge(triangles[own][side], triangles[own][(side + 1) % 3])
          connect(met[0], met[1], in: other, by: own, along: edge)
        }
      }
    }
    // Triangles of one plane are cut by one another's edges; others along one segment.
    if found.count == 2 {
      connect(found[0], found[1], in: first, by: second)
      connect(found[0], found[1], in: second, by: first)
    }
  }

  /// How far the corners of a triangle are above a plane.
  private func heights(of triangle: Int, _ plane: TrianglePlane) -> SIMD3<Double> {
    let t = triangles[triangle]
    return SIMD3(plane.height(double(t.x)), plane.height(double(t.y)), plane.height(double(t.z)))
  }

  private mutating func connect(
    _ a: UInt32, _ b: UInt32, in triangle: Int, by other: Int, along edge: UInt64 = 0
  ) {
    if a == b { return }
    let t = triangles[triangle]
    // Along one of its own edges.
    let isSide = (a == t.x || a == t.y || a == t.z) && (b == t.x || b == t.y || b == t.z)
    if isSide { return }
    let segments = cuts[triangle]?.segments ?? []
    if segments.contains(where: { $0.from == a && $0.to == b || $0.from == b && $0.to == a }) {
      return
    }
    cuts[triangle, default: TriangleCuts()].segments.append(
      TriangleCuts.Segment(from: a, to: b, by: UInt32(other), along: edge))
  }

  /// The points, at most two, in which side `side` of a triangle meets another triangle; takes note of
  /// them where they are new to either.
  ///
  /// - Parameter common: the normal of the plane that both triangles lie in as good as; nil for none.
  private mutating func meet(
    _ own: Int, _ side: Int, _ other: Int, _ common: SIMD3<Double>?
  ) -> [UInt32] {
    let (p, q) = (triangles[own][side], triangles[own][(side + 1) % 3])
    var plane = TrianglePlane(triangles[other], positions)
    if let common {
      // The way the other runs round, seen along the common normal.
      plane.normal = common.dot(plane.normal) < 0 ? -common : common
      return meetInPlane(p, q, other, plane)
    }
    let (from, to) = (plane.height(double(p)), plane.height(double(q)))
    let (isFromOn, isToOn) = (abs(from) <= tolerance, abs(to) <= tolerance)
    if isFromOn && isToOn { return meetInPlane(p, q, other, plane) }
    if isFromOn { return place(p, in: other, plane) ? [p] : [] }
    if isToOn { return place(q, in: other, plane) ? [q] : [] }
    if from * to > 0 { return [] }
    let t = triangles[other]
    let crossing = crossing(p, q, plane: t)
    switch plane.locate(crossing, tolerance) {
    case .outside: return []
    case .inside:
      let point = point(at: crossing)
      note(point, onEdge: p, q)
      if !isCorner(point, of: other) { cuts[other, default: TriangleCuts()].points.append(point) }
      return [point]
    case .side(let side):
      let (r, s) = (t[side], t[(side + 1) % 3])
      let point = point(at: self.crossing(p, q, r, s))
      note(point, onEdge: p, q)
      note(point, onEdge: r, s)
      return [point]
    case .corner(let corner):
      note(t[corner], onEdge: p, q)
      return [t[corner]]
    }
  }

  private func isCorner(_ point: UInt32, of triangle: Int) -> Bool {
    let t = triangles[triangle]
    return point == t.x || point == t.y || point == t.z
  }

  private mutating func note(_ point: UInt32, onEdge a: UInt32, _ b: UInt32) {
    if point == a || point == b { return }
    let key = Self.edge(a, b)
    if pointsOnEdge[key]?.contains(point) ?? false { return }
    pointsOnEdge[key, default: []].append(point)
  }

  /// Notes a point on the long side of a triangle without area.
  mutating func addDegenerate(_ triangle: Int) {
    let t = triangles[triangle]
    if t.x == t.y || t.y == t.z || t.z == t.x { return }
    let box = Box([t.x, t.y, t.z].map { positions[Int($0)] })
    let axis = (0..<3).max { box.size[$0] < box.size[$1] }!
    let sorted = [t.x, t.y, t.z].sorted {
      positions[Int($0)][axis] < positions[Int($1)][axis]
    }
    note(sorted[1], onEdge: sorted[0], sorted[2])
  }

  /// Whether a point of a triangle's plane is in it, rim included; takes note of it there.
  private mutating func place(_ point: UInt32, in triangle: Int, _ plane: TrianglePlane) -> Bool {
    let t = triangles[triangle]
    if isCorner(point, of: triangle) { return true }
    switch plane.locate(double(point), tolerance) {
    case .outside: return false
    case .inside:
      if !(cuts[triangle]?.points.contains(point) ?? false) {
        cuts[triangle, default: TriangleCuts()].points.append(point)
      }
    case .side(let side): note(point, onEdge: t[side], t[(side + 1) % 3])
    // Points that near are one already, but for corners of slivers.
    case .corner(let corner):
      note(point, onEdge: t[corner], t[(corner + 1) % 3])
    }
    return true
  }

  /// The ends of what an edge in a triangle's plane has in common with the triangle.
  private mutating func meetInPlane(
    _ p: UInt32, _ q: UInt32, _ other: Int, _ plane: TrianglePlane
  ) -> [UInt32] {
    let t = triangles[other]
    var found: [UInt32] = []
    func add(_ point: UInt32) { if !found.contains(point) { found.append(point) } }
    if place(p, in: other, plane) { add(p) }
    if place(q, in: other, plane) { add(q) }
    let (from, to) = (double(p), double(q))
    let along = to - from
    let length = along.length
    let sideways = plane.normal.cross(along) / length
    let distances = (0..<3).map { sideways.dot(double(t[$0]) - from) }
    for corner in 0..<3
    where abs(distances[corner]) <= tolerance && t[corner] != p && t[corner] != q {
      let share = (double(t[corner]) - from).dot(along)
      guard share > 0, share < length * length else { continue }
      note(t[corner], onEdge: p, q)
      add(t[corner])
    }
    for side in 0..<3 {
      let (r, s) = (t[side], t[(side + 1) % 3])
      let (first, second) = (distances[side], distances[(side + 1) % 3])
      guard abs(first) > tolerance, abs(second) > tolerance, first * second < 0 else { continue }
      let (u, v) = (double(r), double(s))
      let across = plane.normal.cross(v - u) / (v - u).length
      let (before, after) = (across.dot(from - u), across.dot(to - u))
      guard abs(before) > tolerance, abs(after) > tolerance, before * after < 0 else { continue }
      let point = point(at: crossing(p, q, r, s))
      note(point, onEdge: p, q)
      note(point, onEdge: r, s)
      add(point)
    }
    if found.count <= 2 { return found }
    // Nearly the same points side by side: the outermost count.
    let sorted = found.sorted { (double($0) - double($1)).dot(along) < 0 }
    return [sorted.first!, sorted.last!]
  }

  /// The points among some that a segment passes within the tolerance, in order, with its ends.
  func points(_ known: [UInt32], near a: UInt32, _ b: UInt32) -> [UInt32] {
    let (from, to) = (double(a), double(b))
    let along = to - from
    let square = along.lengthSquared
    guard square > 0 else { return [a, b] }
    var found: [(share: Double, point: UInt32)] = []
    for point in known where point != a && point != b {
      let offset = double(point) - from
      let share = offset.dot(along) / square
      guard share > 0, share < 1 else { continue }
      if (offset - along * share).lengthSquared <= tolerance * tolerance {
        found.append((share, point))
      }
    }
    found.sort { $0.share != $1.share ? $0.share < $1.share : $0.point < $1.point }
    return [a] + found.map(\.point) + [b]
  }

  // MARK: New points

  /// The point at a place, rounded; one that is known within the tolerance is taken instead.
  mutating func point(at place: SIMD3<Double>) -> UInt32 {
    let home = cell(place)
    var best = (square: tolerance * tolerance, point: UInt32.max)
    for x in -1...1 {
      for y in -1...1 {
        for z in -1...1 {
          for point in lookup[home &+ SIMD3(x, y, z)] ?? [] {
            let square = (double(point) - place).lengthSquared
            if square < best.square { best = (square, point) }
          }
        }
      }
    }
    if best.point != .max { return best.point }
    let point = UInt32(positions.count)
    positions.append(grid.rounded(place))
    lookup[cell(double(point)), default: []].append(point)
    return point
  }

  private func cell(_ place: SIMD3<Double>) -> SIMD3<Int> {
    SIMD3((place / (tolerance * 1.5)).rounded(.down), rounding: .towardZero)
  }

  private func double(_ point: UInt32) -> SIMD3<Double> { SIMD3(positions[Int(point)]) }

  /// Where an edge passes through a plane.
  private func crossing(_ p: UInt32, _ q: UInt32, plane t: SIMD3<UInt32>) -> SIMD3<Double> {
    let (from, to) = (double(min(p, q)), double(max(p, q)))
    let sorted = [t.x, t.y, t.z].sorted()
    let origin = double(sorted[0])
    let normal = (double(sorted[1]) - origin).cross(double(sorted[2]) - origin)
    let (atFrom, atTo) = ((from - origin).dot(normal), (to - origin).dot(normal))
    let share = atFrom == atTo ? 0.5 : atFrom / (atFrom - atTo)
    return from + (to - from) * min(max(share, 0), 1)
  }

  /// Where two edges of one plane cross.
  private func crossing(
    _ p: UInt32, _ q: UInt32, _ r: UInt32, _ s: UInt32
  ) -> SIMD3<Double> {
    var first = (min(p, q), max(p, q))
    var second = (min(r, s), max(r, s))
    if second < first { swap(&first, &second) }
    let (a, d) = (double(first.0), double(first.1) - double(first.0))
    let (b, e) = (double(second.0), double(second.1) - double(second.0))
    let normal = d.cross(e)
    let square = normal.lengthSquared
    let share = square > 0 ? (b - a).cross(e).dot(normal) / square : 0.5
    return a + d * min(max(share, 0), 1)
  }

  /// The point that three triangles have in common; where their planes hardly have one, or one that is
  /// not where two segments cross in one of them, that crossing.
  mutating func point(of first: Int, _ second: Int, _ third: Int, near place: SIMD3<Double>)
    -> UInt32
  {
    let sorted = [first, second, third].sorted()
    let planes = sorted.map { triangle -> (origin: SIMD3<Double>, normal: SIMD3<Double>) in
      let corners = [triangles[triangle].x, triangles[triangle].y, triangles[triangle].z].sorted()
      let origin = double(corners[0])
      return (origin, (double(corners[1]) - origin).cross(double(corners[2]) - origin).normalized)
    }
    let (n, m, l) = (planes[0].normal, planes[1].normal, planes[2].normal)
    let determinant = n.dot(m.cross(l))
    guard abs(determinant) > 1e-8 else { return point(at: place) }
    // From the first plane's origin.
    let second = (planes[1].origin - planes[0].origin).dot(m)
    let third = (planes[2].origin - planes[0].origin).dot(l)
    let offset = l.cross(n) * second + n.cross(m) * third
    let common = planes[0].origin + offset / determinant
    return point(at: (common - place).length <= 4 * tolerance ? common : place)
  }
}
