import LinearMath

/// Three corners of a triangle.
typealias Corners = (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)

/// A triangle with names for its corners: what two triangles share is told by name.
struct NamedTriangle {
  let names: SIMD3<UInt32>
  let corners: Corners

  @inline(__always)
  init(
    _ names: SIMD3<UInt32>, _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>
  ) {
    self.names = names
    corners = (a, b, c)
  }

  var plane: FilteredPlane { FilteredPlane(corners.0, corners.1, corners.2) }
}

/// A triangle's plane, for telling quickly on which side of it a point clearly is.
struct FilteredPlane {
  private let origin: SIMD3<Double>
  private let normal: SIMD3<Double>
  private let bound: Double

  @inline(__always)
  init(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>) {
    origin = SIMD3<Double>(a)
    let (p, q) = (SIMD3<Double>(b) - origin, SIMD3<Double>(c) - origin)
    normal = p.cross(q)
    // Several times what Shewchuk's bound for the orientation would be.
    bound = 1e-14 * (p.lengthSquared * q.lengthSquared).squareRoot()
  }

  /// Whether the triangle may have no area.
  var isDegenerate: Bool { !(normal.lengthSquared > bound * bound) }

  /// Positive above, negative below, zero where rounding could change the sign.
  @inline(__always)
  func side(_ point: SIMD3<Float>) -> Int {
    let offset = SIMD3<Double>(point) - origin
    let height = normal.dot(offset)
    let error = bound * (abs(offset.x) + abs(offset.y) + abs(offset.z))
    return height > error ? 1 : height < -error ? -1 : 0
  }
}

/// Exact questions about pairs of triangles. Touching counts as meeting.
enum TriangleIntersection {
  /// Whether two triangles meet in more than the corners and edges they share by name.
  ///
  /// - No shared point: they meet where an edge of one meets the other.
  /// - One: where the edge opposite to it meets the other triangle.
  /// - Two: where they lie on one plane, on the same side of their edge.
  /// - Three: that is a duplicate, and no intersection.
  ///
  /// `plane` is that of the first triangle, which a caller with many pairs computes once.
  @inline(__always)
  static func meet(
    _ first: NamedTriangle, _ second: NamedTriangle, _ plane: FilteredPlane
  ) -> Bool {
    var isAbove = true
    var isBelow = true
    @inline(__always)
    func look(_ name: UInt32, _ point: SIMD3<Float>) {
      if name == first.names.x || name == first.names.y || name == first.names.z { return }
      let side = plane.side(point)
      isAbove = isAbove && side > 0
      isBelow = isBelow && side < 0
    }
    look(second.names.x, second.corners.0)
    look(second.names.y, second.corners.1)
    look(second.names.z, second.corners.2)
    // What the second does not share is clearly on one side: the usual case.
    if isAbove || isBelow { return false }
    return meet(first, second)
  }

  private static func meet(_ first: NamedTriangle, _ second: NamedTriangle) -> Bool {
    var sharedFirst = 0
    var sharedSecond = 0
    var count = 0
    for i in 0..<3 {
      for j in 0..<3 where first.names[i] == second.names[j] {
        sharedFirst |= 1 << i
        sharedSecond |= 1 << j
        count += 1
      }
    }
    let (a, b) = (first.corners, second.corners)
    switch count {
    case 0: return meet(a, b)
    case 1:
      let i = sharedFirst.trailingZeroBitCount
      let j = sharedSecond.trailingZeroBitCount
      return segmentMeets(corner(a, i + 1), corner(a, i + 2), b)
        || segmentMeets(corner(b, j + 1), corner(b, j + 2), a)
    case 2:
      let i = (~sharedFirst & 7).trailingZeroBitCount
      let j = (~sharedSecond & 7).trailingZeroBitCount
      return foldsOnto(corner(a, i), corner(b, j), along: corner(a, i + 1), corner(a, i + 2))
    default: return false
    }
  }

  private static func corner(_ triangle: Corners, _ index: Int) -> SIMD3<Float> {
    switch index % 3 {
    case 0: triangle.0
    case 1: triangle.1
    default: triangle.2
    }
  }

  /// Whether two triangles without common points meet.
  static func meet(_ a: Corners, _ b: Corners) -> Bool {
    // All of one on one side of the other's plane: the usual case.
    let sides = sides(of: a, b)
    if isClear(sides) { return false }
    if sides == .zero, let axis = droppableAxis(b.0, b.1, b.2), droppableAxis(a.0, a.1, a.2) != nil
    {
      return !hasBeyondEdge(a, b, axis) && !hasBeyondEdge(b, a, axis)
    }
    if isClear(self.sides(of: b, a)) { return false }
    return segmentMeets(a.0, a.1, b) || segmentMeets(a.1, a.2, b) || segmentMeets(a.2, a.0, b)
      || segmentMeets(b.0, b.1, a) || segmentMeets(b.1, b.2, a) || segmentMeets(b.2, b.0, a)
  }

  /// On which sides of a triangle's plane the corners of another are.
  private static func sides(of a: Corners, _ b: Corners) -> SIMD3<Int> {
    SIMD3(
      orientation(b.0, b.1, b.2, a.0), orientation(b.0, b.1, b.2, a.1),
      orientation(b.0, b.1, b.2, a.2))
  }

  private static func isClear(_ sides: SIMD3<Int>) -> Bool {
    sides.x != 0 && sides.x == sides.y && sides.x == sides.z
  }

  /// Triangles of one plane meet unless the line of an edge of either has the other beyond it.
  private static func hasBeyondEdge(_ t: Corners, _ other: Corners, _ axis: Int) -> Bool {
    let winding = planarOrientation(t.0, t.1, t.2, dropping: axis)
    func isBeyond(_ p: SIMD3<Float>, _ q: SIMD3<Float>) -> Bool {
      planarOrientation(p, q, other.0, dropping: axis) * winding < 0
        && planarOrientation(p, q, other.1, dropping: axis) * winding < 0
        && planarOrientation(p, q, other.2, dropping: axis) * winding < 0
    }
    return isBeyond(t.0, t.1) || isBeyond(t.1, t.2) || isBeyond(t.2, t.0)
  }

  /// Two triangles over one edge: whether their apexes are on one plane with it, on the same side.
  private static func foldsOnto(
    _ p: SIMD3<Float>, _ q: SIMD3<Float>, along a: SIMD3<Float>, _ b: SIMD3<Float>
  ) -> Bool {
    guard orientation(a, b, p, q) == 0, let axis = droppableAxis(a, b, p) else { return false }
    return planarOrientation(a, b, p, dropping: axis) == planarOrientation(a, b, q, dropping: axis)
  }

  /// Whether a segment, ends included, meets a triangle, rim included.
  static func segmentMeets(_ p: SIMD3<Float>, _ q: SIMD3<Float>, _ t: Corners) -> Bool {
    let sideP = orientation(t.0, t.1, t.2, p)
    let sideQ = orientation(t.0, t.1, t.2, q)
    if sideP * sideQ > 0 { return false }
    if sideP == 0 && sideQ == 0 { return segmentMeetsInPlane(p, q, t) }
    let first = orientation(p, q, t.0, t.1)
    let second = orientation(p, q, t.1, t.2)
    let third = orientation(p, q, t.2, t.0)
    return first >= 0 && second >= 0 && third >= 0 || first <= 0 && second <= 0 && third <= 0
  }

  private static func segmentMeetsInPlane(
    _ p: SIMD3<Float>, _ q: SIMD3<Float>, _ t: Corners
  ) -> Bool {
    guard let axis = droppableAxis(t.0, t.1, t.2) else { return false }
    func side(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>) -> Int {
      planarOrientation(a, b, c, dropping: axis)
    }
    let winding = side(t.0, t.1, t.2)
    // Apart where the line of an edge has the segment beyond it, or the segment's line all of the triangle
    // on one side.
    func isBeyond(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Bool {
      side(a, b, p) * winding < 0 && side(a, b, q) * winding < 0
    }
    if isBeyond(t.0, t.1) || isBeyond(t.1, t.2) || isBeyond(t.2, t.0) { return false }
    let first = side(p, q, t.0)
    return first == 0 || side(p, q, t.1) != first || side(p, q, t.2) != first
  }

  /// An axis along which the triangle still has area when seen; nil for a triangle without area.
  static func droppableAxis(
    _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>
  ) -> Int? {
    // The likeliest first.
    let normal = (SIMD3<Double>(b) - SIMD3<Double>(a)).cross(SIMD3<Double>(c) - SIMD3<Double>(a))
    let size = SIMD3(abs(normal.x), abs(normal.y), abs(normal.z))
    let best = size.x >= size.y ? (size.x >= size.z ? 0 : 2) : (size.y >= size.z ? 1 : 2)
    if planarOrientation(a, b, c, dropping: best) != 0 { return best }
    return (0..<3).first { planarOrientation(a, b, c, dropping: $0) != 0 }
  }
}
