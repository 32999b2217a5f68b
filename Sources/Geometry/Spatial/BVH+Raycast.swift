import LinearMath

/// Where a ray meets a surface.
public struct RayHit: Sendable, Equatable {
  public let triangle: Int
  /// In multiples of the ray's direction.
  public let distance: Float
  /// Weights of the triangle's second and third corner.
  public let weights: SIMD2<Float>
}

extension BVH {
  /// The first triangle that a ray meets between two distances, from either side.
  public func firstHit(
    from origin: SIMD3<Float>, along direction: SIMD3<Float>, near: Float = 0,
    far: Float = .infinity
  ) -> RayHit? {
    if isEmpty { return nil }
    let nodes = bounds.span
    let children = links.span
    let blocks = corners.span
    let o = Lanes3(repeating: origin)
    let d = Lanes3(repeating: direction)
    // A zero component becomes tiny, so that no slab is 0 times infinity.
    func inverse(_ x: Float) -> Float {
      1 / (abs(x) > 1e-30 ? x : x.sign == .minus ? -1e-30 : 1e-30)
    }
    let slope = SIMD3(inverse(direction.x), inverse(direction.y), inverse(direction.z))
    let inverses = Lanes3(repeating: slope)
    // Which of a node's six bounds the ray meets first on each axis.
    let (nx, ny, nz) = (slope.x < 0 ? 3 : 0, slope.y < 0 ? 4 : 1, slope.z < 0 ? 5 : 2)
    let (fx, fy, fz) = (3 - nx, 5 - ny, 7 - nz)
    var best = far
    var bestBlock = -1
    var bestLane = 0
    var weights = SIMD2<Float>.zero
    var waiting = InlineArray<192, UInt32>(repeating: 0)
    var distances = InlineArray<192, Float>(repeating: 0)
    distances[0] = near
    var count = 1
    while count > 0 {
      count &-= 1
      if distances[count] > best { continue }
      let link = waiting[count]
      if link & Self.leafBit != 0 {
        let block = Int(link & ~Self.leafBit)
        let (a, ab, ac) = Self.block(blocks, block)
        // Möller and Trumbore, "Fast, minimum storage ray/triangle intersection", 1997.
        let s = d.cross(ac)
        let determinant = ab.dot(s)
        let reciprocal: SIMD8<Float> = 1 / determinant
        let t = o - a
        let u = t.dot(s) * reciprocal
        let q = t.cross(ab)
        let v = d.dot(q) * reciprocal
        let along = ac.dot(q) * reciprocal
        let isHit =
          u .>= 0 .& v .>= 0 .& (u + v) .<= .one .& along .>= near
          .& along .< best
        var bits = laneBits(isHit)
        while bits != 0 {
          let lane = bits.trailingZeroBitCount
          bits &= bits &- 1
          if along[lane] < best {
            best = along[lane]
            weights = SIMD2(u[lane], v[lane])
            (bestBlock, bestLane) = (block, lane)
          }
        }
        continue
      }
      let node = Int(link)
      let base = 6 * node
      let x0 = (nodes[base + nx] - o.x) * inverses.x
      let y0 = (nodes[base + ny] - o.y) * inverses.y
      let z0 = (nodes[base + nz] - o.z) * inverses.z
      let x1 = (nodes[base + fx] - o.x) * inverses.x
      let y1 = (nodes[base + fy] - o.y) * inverses.y
      let z1 = (nodes[base + fz] - o.z) * inverses.z
      let enter = greater(greater(x0, y0), greater(z0, SIMD8(repeating: near)))
      // Two roundings more than exact: a box is left a hair later than computed.
      let leave = lesser(lesser(x1, y1), lesser(z1, SIMD8(repeating: best))) * 1.0000004
      var bits = laneBits(enter .<= leave)
      let first = count
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        let distance = enter[lane]
        var place = count
        while place > first, distances[place &- 1] < distance {
          distances[place] = distances[place &- 1]
          waiting[place] = waiting[place &- 1]
          place &-= 1
        }
        distances[place] = distance
        waiting[place] = children[8 &* node &+ lane]
        count &+= 1
      }
    }
    guard bestBlock >= 0 else { return nil }
    return RayHit(
      triangle: Int(triangles[8 * bestBlock + bestLane]), distance: best, weights: weights)
  }
}
