import LinearMath

// Where two triangles meet. Whether and on what they meet is decided exactly on the points as they are;
// where a new point lies is computed in double precision from its edge and triangle in a fixed order, so
// that all triangles about it get the same, and rounded to a grid.

/// What happens to one triangle: points inside it, and segments between points in or on it.
struct TriangleCuts {
  var points: [UInt32] = []
  /// Two points, and the triangle that cuts along them.
  var segments: [(from: UInt32, to: UInt32, by: UInt32)] = []
}

/// Finds and collects the cuts of a soup.
struct CutFinder {
  private(set) var positions: [SIMD3<Float>]
  private let triangles: [SIMD3<UInt32>]
  /// Points on edges, by the edge's ends.
  private(set) var pointsOnEdge: [UInt64: [UInt32]] = [:]
  private(set) var cuts: [Int: TriangleCuts] = [:]
  private var lookup: [SIMD3<Float>: UInt32]
  private let grid: Grid

  init(_ soup: Soup, grid: Grid) {
    positions = soup.positions
    triangles = soup.triangles
    self.grid = grid
    lookup = Dictionary(minimumCapacity: 1024)
  }

  static func edge(_ a: UInt32, _ b: UInt32) -> UInt64 {
    UInt64(min(a, b)) << 32 | UInt64(max(a, b))
  }

  /// Makes points that lie at a corner of the pairs' triangles known, so that a new point at the place
  /// of an old one is that one.
  mutating func know(_ triangle: Int) {
    for corner in 0..<3 {
      let point = triangles[triangle][corner]
      lookup[positions[Int(point)]] = point
    }
  }

  /// Takes in a pair of triangles that meet.
  mutating func add(_ first: Int, _ second: Int) {
    var found: [UInt32] = []
    for (own, other) in [(first, second), (second, first)] {
      for side in 0..<3 {
        let met = meet(own, side, other)
        for point in met where !found.contains(point) { found.append(point) }
        // An edge that lies in the other's plane cuts it along itself.
        if met.count == 2 {
          connect(met[0], met[1], in: own, by: other)
          connect(met[0], met[1], in: other, by: own)
        }
      }
    }
    // Triangles of one plane are cut by one another's edges; others along one segment.
    if found.count == 2 {
      connect(found[0], found[1], in: first, by: second)
      connect(found[0], found[1], in: second, by: first)
    }
  }

  private mutating func connect(_ a: UInt32, _ b: UInt32, in triangle: Int, by other: Int) {
    if a == b { return }
    let t = triangles[triangle]
    // Along one of its own edges.
    let isSide = (a == t.x || a == t.y || a == t.z) && (b == t.x || b == t.y || b == t.z)
    if isSide { return }
    let segments = cuts[triangle]?.segments ?? []
    if segments.contains(where: { $0.from == a && $0.to == b || $0.from == b && $0.to == a }) {
      return
    }
    cuts[triangle, default: TriangleCuts()].segments.append((a, b, UInt32(other)))
  }

  /// The points, at most two, in which side `side` of a triangle meets another triangle; takes note of
  /// them where they are new to either.
  private mutating func meet(_ own: Int, _ side: Int, _ other: Int) -> [UInt32] {
    let (p, q) = (triangles[own][side], triangles[own][(side + 1) % 3])
    let t = triangles[other]
    let (a, b, c) = (positions[Int(t.x)], positions[Int(t.y)], positions[Int(t.z)])
    let (from, to) = (positions[Int(p)], positions[Int(q)])
    let (sideP, sideQ) = (orientation(a, b, c, from), orientation(a, b, c, to))
    if sideP * sideQ > 0 { return [] }
    if sideP == 0 && sideQ == 0 { return meetInPlane(p, q, other) }
    if sideP == 0 { return place(p, in: other) ? [p] : [] }
    if sideQ == 0 { return place(q, in: other) ? [q] : [] }
    let signs = [
      orientation(from, to, a, b), orientation(from, to, b, c), orientation(from, to, c, a),
    ]
    guard signs.allSatisfy({ $0 >= 0 }) || signs.allSatisfy({ $0 <= 0 }) else { return [] }
    let zeros = (0..<3).filter { signs[$0] == 0 }
    switch zeros.count {
    case 0:
      let point = point(at: crossing(p, q, plane: t))
      note(point, onEdge: p, q)
      if !isCorner(point, of: other) { cuts[other, default: TriangleCuts()].points.append(point) }
      return [point]
    case 1:
      let (r, s) = (t[zeros[0]], t[(zeros[0] + 1) % 3])
      let point = point(at: crossing(p, q, r, s))
      note(point, onEdge: p, q)
      note(point, onEdge: r, s)
      return [point]
    default:
      // Two sides: their common corner.
      let corner = zeros == [0, 1] ? t.y : zeros == [1, 2] ? t.z : t.x
      note(corner, onEdge: p, q)
      return [corner]
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
  private mutating func place(_ point: UInt32, in triangle: Int) -> Bool {
    let t = triangles[triangle]
    if isCorner(point, of: triangle) { return true }
    guard let signs = sides(of: point, triangle), signs.allSatisfy({ $0 >= 0 }) else { return false }
    if let side = signs.firstIndex(of: 0) {
      note(point, onEdge: t[side], t[(side + 1) % 3])
    } else if !(cuts[triangle]?.points.contains(point) ?? false) {
      cuts[triangle, default: TriangleCuts()].points.append(point)
    }
    return true
  }

  /// For each side of a triangle on which side of it a point of the plane lies: positive inside.
  private func sides(of point: UInt32, _ triangle: Int) -> [Int]? {
    let t = triangles[triangle]
    let (a, b, c) = (positions[Int(t.x)], positions[Int(t.y)], positions[Int(t.z)])
    guard let axis = TriangleIntersection.droppableAxis(a, b, c) else { return nil }
    let winding = planarOrientation(a, b, c, dropping: axis)
    let x = positions[Int(point)]
    return [
      planarOrientation(a, b, x, dropping: axis) * winding,
      planarOrientation(b, c, x, dropping: axis) * winding,
      planarOrientation(c, a, x, dropping: axis) * winding,
    ]
  }

  /// The ends of what an edge in a triangle's plane has in common with the triangle.
  private mutating func meetInPlane(_ p: UInt32, _ q: UInt32, _ other: Int) -> [UInt32] {
    let t = triangles[other]
    let (a, b, c) = (positions[Int(t.x)], positions[Int(t.y)], positions[Int(t.z)])
    guard let axis = TriangleIntersection.droppableAxis(a, b, c) else { return [] }
    var found: [UInt32] = []
    func add(_ point: UInt32) { if !found.contains(point) { found.append(point) } }
    if place(p, in: other) { add(p) }
    if place(q, in: other) { add(q) }
    let (from, to) = (positions[Int(p)], positions[Int(q)])
    let distances = (0..<3).map {
      planarOrientation(from, to, positions[Int(t[$0])], dropping: axis)
    }
    for corner in 0..<3 where distances[corner] == 0 && t[corner] != p && t[corner] != q {
      guard isBetween(positions[Int(t[corner])], from, to) else { continue }
      note(t[corner], onEdge: p, q)
      add(t[corner])
    }
    for side in 0..<3 {
      let (r, s) = (t[side], t[(side + 1) % 3])
      guard distances[side] * distances[(side + 1) % 3] < 0 else { continue }
      let (u, v) = (positions[Int(r)], positions[Int(s)])
      let signs =
        planarOrientation(u, v, from, dropping: axis) * planarOrientation(u, v, to, dropping: axis)
      guard signs < 0 else { continue }
      let point = point(at: crossing(p, q, r, s))
      note(point, onEdge: p, q)
      note(point, onEdge: r, s)
      add(point)
    }
    if found.count <= 2 { return found }
    // Rounding put points side by side: the outermost count.
    let along = SIMD3<Double>(to) - SIMD3<Double>(from)
    let sorted = found.sorted {
      (SIMD3<Double>(positions[Int($0)]) - SIMD3<Double>(positions[Int($1)])).dot(along) < 0
    }
    return [sorted.first!, sorted.last!]
  }

  /// Whether a point on a line lies between two others on it.
  private func isBetween(_ x: SIMD3<Float>, _ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Bool {
    (0..<3).allSatisfy { min(a[$0], b[$0]) <= x[$0] && x[$0] <= max(a[$0], b[$0]) }
  }

  // MARK: New points

  /// The point at a place, rounded.
  mutating func point(at place: SIMD3<Double>) -> UInt32 {
    let rounded = grid.rounded(place)
    if let known = lookup[rounded] { return known }
    let point = UInt32(positions.count)
    positions.append(rounded)
    lookup[rounded] = point
    return point
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

  /// The point that three triangles have in common; nil where their planes hardly have one.
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
    return point(at: planes[0].origin + offset / determinant)
  }
}

/// The places that new points are rounded to: multiples of a power of two that floats hold.
struct Grid {
  let step: Double

  /// - Parameter bits: how many steps, as a power of two, to the coordinate farthest from zero.
  init(_ box: Box, bits: Int) {
    var largest: Float = 0
    for axis in 0..<3 {
      largest = max(largest, abs(box.minimum[axis]), abs(box.maximum[axis]))
    }
    step = Double(sign: .plus, exponent: Int(largest.exponent) + 1 - bits, significand: 1)
  }

  func rounded(_ place: SIMD3<Double>) -> SIMD3<Float> {
    SIMD3<Float>((place / step).rounded(.toNearestOrEven) * step) + 0
  }
}
