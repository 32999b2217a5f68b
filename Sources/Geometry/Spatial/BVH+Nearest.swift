import LinearMath

/// The point of a surface that is closest to another point.
public struct ClosestPoint: Sendable, Equatable {
  public let triangle: Int
  public let point: SIMD3<Float>
  public let squaredDistance: Float
}

extension BVH {
  /// The closest point of the surface within a distance; nil where there is none. Of equally close
  /// triangles it is always the same one.
  ///
  /// - Parameter facing: leaves out triangles whose normal points against this direction, so that the
  ///   other side of a thin wall is not taken for the near one; nil for all triangles.
  public func closestPoint(
    to point: SIMD3<Float>, within distance: Float = .infinity, facing: SIMD3<Float>? = nil
  ) -> ClosestPoint? {
    guard
      let (triangle, square, block, lane) =
        facing.map({ closestTriangle(to: point, within: distance, facing: $0) })
        ?? closestTriangle(to: point, within: distance)
    else { return nil }
    let base = 9 * block
    func vector(_ row: Int) -> SIMD3<Float> {
      SIMD3(
        corners[base + row][lane], corners[base + row + 1][lane], corners[base + row + 2][lane])
    }
    let a = vector(0)
    let place = closestPointOnTriangle(point, a, a + vector(3), a + vector(6))
    return ClosestPoint(triangle: triangle, point: place, squaredDistance: square)
  }

  /// The squared distance to the surface, or `limit` squared where nothing is nearer.
  public func squaredDistance(to point: SIMD3<Float>, within limit: Float = .infinity) -> Float {
    closestTriangle(to: point, within: limit)?.square ?? limit * limit
  }

  /// Whether any of the surface is nearer than the root of `square`: much quicker than how near it is.
  func isNear(_ point: SIMD3<Float>, square: Float) -> Bool {
    if isEmpty { return false }
    let nodes = bounds.span
    let children = links.span
    let blocks = corners.span
    let p = Lanes3(repeating: point)
    var waiting = InlineArray<192, UInt32>(repeating: 0)
    var count = 1
    while count > 0 {
      count &-= 1
      let link = waiting[count]
      if link & Self.leafBit != 0 {
        let (a, ab, ac) = Self.block(blocks, Int(link & ~Self.leafBit))
        if any(squaredDistances(p - a, ab, ac) .< square) { return true }
        continue
      }
      let squares = Self.boxDistances(nodes, Int(link), p)
      var bits = laneBits(squares .< square)
      var nearest = Float.infinity
      var nearestPlace = count
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        waiting[count] = children[8 &* Int(link) &+ lane]
        nearestPlace = squares[lane] < nearest ? count : nearestPlace
        nearest = min(nearest, squares[lane])
        count &+= 1
      }
      if nearestPlace < count { waiting.swapAt(nearestPlace, count - 1) }
    }
    return false
  }

  /// The squared distances of a point from a node's eight boxes.
  @inline(__always)
  private static func boxDistances(
    _ nodes: Span<SIMD8<Float>>, _ node: Int, _ p: Lanes3
  ) -> SIMD8<Float> {
    let base = 6 * node
    let dx = outside(p.x, nodes[base], nodes[base + 3])
    let dy = outside(p.y, nodes[base + 1], nodes[base + 4])
    let dz = outside(p.z, nodes[base + 2], nodes[base + 5])
    return dx * dx + dy * dy + dz * dz
  }

  func closestTriangle(
    to point: SIMD3<Float>, within distance: Float
  ) -> (triangle: Int, square: Float, block: Int, lane: Int)? {
    search(to: point, within: distance) { _, _, squares in squares }
  }

  func closestTriangle(
    to point: SIMD3<Float>, within distance: Float, facing: SIMD3<Float>
  ) -> (triangle: Int, square: Float, block: Int, lane: Int)? {
    let direction = Lanes3(repeating: facing)
    return search(to: point, within: distance) { ab, ac, squares in
      let agreement = ab.cross(ac).dot(direction)
      return squares.replacing(with: .infinity, where: agreement .<= 0)
    }
  }

  /// Finds the closest triangle by distances that `adjust` may raise, given the edges of eight triangles.
  @inline(__always)
  private func search(
    to point: SIMD3<Float>, within distance: Float,
    _ adjust: (Lanes3, Lanes3, SIMD8<Float>) -> SIMD8<Float>
  ) -> (triangle: Int, square: Float, block: Int, lane: Int)? {
    if isEmpty { return nil }
    let nodes = bounds.span
    let children = links.span
    let blocks = corners.span
    let p = Lanes3(repeating: point)
    var best = distance * distance
    var bestBlock = -1
    var bestLane = 0
    // Nodes and blocks still to visit with their distance; the nearest is on top.
    var waiting = InlineArray<192, UInt32>(repeating: 0)
    var distances = InlineArray<192, Float>(repeating: 0)
    var count = 1
    while count > 0 {
      count &-= 1
      if distances[count] >= best && bestBlock >= 0 { continue }
      let link = waiting[count]
      if link & Self.leafBit != 0 {
        let block = Int(link & ~Self.leafBit)
        let (a, ab, ac) = Self.block(blocks, block)
        let squares = adjust(ab, ac, squaredDistances(p - a, ab, ac))
        var bits = laneBits(squares .< best)
        while bits != 0 {
          let lane = bits.trailingZeroBitCount
          bits &= bits &- 1
          if squares[lane] < best {
            best = squares[lane]
            (bestBlock, bestLane) = (block, lane)
          }
        }
        continue
      }
      let node = Int(link)
      let squares = Self.boxDistances(nodes, node, p)
      var bits = laneBits(squares .< best)
      // The nearest child goes on top, the others as they come: sorting them all costs more in
      // mispredicted branches than it saves in visits.
      var nearest = Float.infinity
      var nearestPlace = count
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        let square = squares[lane]
        distances[count] = square
        waiting[count] = children[8 &* node &+ lane]
        nearestPlace = square < nearest ? count : nearestPlace
        nearest = square < nearest ? square : nearest
        count &+= 1
      }
      if nearestPlace < count {
        let top = count &- 1
        distances[nearestPlace] = distances[top]
        distances[top] = nearest
        let link = waiting[nearestPlace]
        waiting[nearestPlace] = waiting[top]
        waiting[top] = link
      }
    }
    guard bestBlock >= 0 else { return nil }
    return (Int(triangles[8 * bestBlock + bestLane]), best, bestBlock, bestLane)
  }
}

/// How far a coordinate is outside an interval, lane by lane.
@inline(__always)
private func outside(
  _ p: SIMD8<Float>, _ lower: SIMD8<Float>, _ upper: SIMD8<Float>
) -> SIMD8<Float> {
  let below = lower - p
  let above = p - upper
  return greater(greater(below, above), .zero)
}

/// The squared distance of `p` from eight triangles, all relative to each triangle's first corner.
///
/// The plane's distance where the foot of the perpendicular is inside; else that of the nearest edge.
@inline(__always)
func squaredDistances(_ p: Lanes3, _ ab: Lanes3, _ ac: Lanes3) -> SIMD8<Float> {
  let normal = ab.cross(ac)
  let bc = ac - ab
  let pb = p - ab
  let tiny = SIMD8<Float>(repeating: 1e-37)
  // Inside where p is on the inner side of the three planes through the edges along the normal.
  let sideAB = ab.cross(p).dot(normal)
  let sideBC = bc.cross(pb).dot(normal)
  let sideCA = p.cross(ac).dot(normal)
  let square = normal.lengthSquared
  let height = p.dot(normal)
  let plane: SIMD8<Float> = height * height / greater(square, tiny)
  let edges = lesser(
    lesser(toSegment(p, ab, tiny), toSegment(p, ac, tiny)), toSegment(pb, bc, tiny))
  let isInside = sideAB .>= 0 .& sideBC .>= 0 .& sideCA .>= 0 .& square .> 0
  return edges.replacing(with: lesser(plane, edges), where: isInside)
}

/// The squared distance of a point from the segment that begins at the origin.
@inline(__always)
private func toSegment(_ p: Lanes3, _ edge: Lanes3, _ tiny: SIMD8<Float>) -> SIMD8<Float> {
  let along: SIMD8<Float> = p.dot(edge) / greater(edge.lengthSquared, tiny)
  let t = lesser(greater(along, .zero), .one)
  return (p - edge * t).lengthSquared
}

/// The point of a triangle closest to `p` (Ericson, "Real-time collision detection", 2005, 5.1.5).
public func closestPointOnTriangle(
  _ p: SIMD3<Float>, _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>
) -> SIMD3<Float> {
  let (ab, ac, ap) = (b - a, c - a, p - a)
  let (d1, d2) = (ab.dot(ap), ac.dot(ap))
  if d1 <= 0 && d2 <= 0 { return a }
  let bp = p - b
  let (d3, d4) = (ab.dot(bp), ac.dot(bp))
  if d3 >= 0 && d4 <= d3 { return b }
  let vc = d1 * d4 - d3 * d2
  // Edges without length have no place along them.
  if vc <= 0 && d1 >= 0 && d3 <= 0 && d1 > d3 { return a + ab * (d1 / (d1 - d3)) }
  let cp = p - c
  let (d5, d6) = (ab.dot(cp), ac.dot(cp))
  if d6 >= 0 && d5 <= d6 { return c }
  let vb = d5 * d2 - d1 * d6
  if vb <= 0 && d2 >= 0 && d6 <= 0 && d2 > d6 { return a + ac * (d2 / (d2 - d6)) }
  let va = d3 * d6 - d5 * d4
  if va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0 && (d4 - d3) + (d5 - d6) > 0 {
    return b + (c - b) * ((d4 - d3) / ((d4 - d3) + (d5 - d6)))
  }
  let sum = va + vb + vc
  return sum > 0 ? a + ab * (vb / sum) + ac * (vc / sum) : a
}
