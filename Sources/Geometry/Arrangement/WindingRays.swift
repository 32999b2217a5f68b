import LinearMath

/// Counts windings by rays.
struct WindingRays {
  let tree: BVH
  let triangles: [SIMD3<UInt32>]
  let multiplicities: [SIMD2<Int32>]
  let positions: [SIMD3<Float>]

  /// The winding numbers just before the front of a triangle: what a ray from it to infinity passes.
  ///
  /// A ray that comes too near to an edge is thrown again in another direction; of none that is clear, the
  /// clearest counts.
  func winding(inFrontOf triangle: Int) -> SIMD2<Int32> {
    let t = triangles[triangle]
    let (a, b, c) = (place(t.x), place(t.y), place(t.z))
    let normal = (b - a).cross(c - a).normalized
    var generator = SeededGenerator(seed: 7)
    var best = (clearance: -1.0, winding: SIMD2<Int32>.zero)
    for attempt in 0..<24 {
      // Off the middle and off the normal, so that designed parts' planes and edges are missed.
      let weights = SIMD3<Double>(
        1 + generator.unit(), 1 + generator.unit(), 1 + generator.unit())
      let from = (a * weights.x + b * weights.y + c * weights.z) / weights.sum()
      let spread = attempt < 12 ? 0.6 : 1.5
      let lean = SIMD3<Double>(
        generator.unit() - 0.5, generator.unit() - 0.5, generator.unit() - 0.5)
      let direction = (normal + lean * spread).normalized
      guard direction.dot(normal) > 0.1 else { continue }
      let (winding, clearance) = count(from, direction, besides: triangle)
      if clearance > best.clearance { best = (clearance, winding) }
      if clearance > 1e-4 { break }
    }
    return best.winding
  }

  private func place(_ point: UInt32) -> SIMD3<Double> { SIMD3(positions[Int(point)]) }

  /// What a ray passes, and how clear of edges it stays, as a share of the triangles' sizes.
  func count(
    _ origin: SIMD3<Double>, _ direction: SIMD3<Double>, besides own: Int
  ) -> (SIMD2<Int32>, Double) {
    var winding = SIMD2<Int32>.zero
    var clearance = 1.0
    tree.forEachNear(ray: origin, direction) { index in
      if index == own { return }
      let t = triangles[index]
      let a = place(t.x)
      let (ab, ac) = (place(t.y) - a, place(t.z) - a)
      let s = direction.cross(ac)
      let determinant = ab.dot(s)
      let size = (ab.lengthSquared * ac.lengthSquared).squareRoot()
      // Seen edge-on it covers nothing; a ray so near to its plane would show at a neighbour.
      if abs(determinant) <= 1e-14 * size { return }
      let offset = origin - a
      let u = offset.dot(s) / determinant
      let q = offset.cross(ab)
      let v = direction.dot(q) / determinant
      let along = ac.dot(q) / determinant
      let reach = along / size.squareRoot()
      let inside = min(u, v, 1 - u - v)
      if reach < -1e-6 { return }
      clearance = min(clearance, abs(inside))
      guard inside > 0 else { return }
      clearance = min(clearance, abs(reach))
      // Along the normal the ray comes from behind: from the winding number sought to a smaller one.
      if along > 0 {
        winding &+= determinant < 0 ? multiplicities[index] : .zero &- multiplicities[index]
      }
    }
    return (winding, clearance)
  }
}

extension BVH {
  /// Calls `body` with the triangles in blocks whose nodes a ray touches, with room for rounding.
  @inline(__always)
  func forEachNear(
    ray origin: SIMD3<Double>, _ direction: SIMD3<Double>, _ body: (Int) -> Void
  ) {
    if isEmpty { return }
    let nodes = bounds.span
    let o = SIMD3<Float>(origin)
    func inverse(_ x: Double) -> Float {
      Float(1 / (abs(x) > 1e-30 ? x : x.sign == .minus ? -1e-30 : 1e-30))
    }
    let slope = SIMD3(inverse(direction.x), inverse(direction.y), inverse(direction.z))
    let (nx, ny, nz) = (slope.x < 0 ? 3 : 0, slope.y < 0 ? 4 : 1, slope.z < 0 ? 5 : 2)
    let (fx, fy, fz) = (3 - nx, 5 - ny, 7 - nz)
    let hair = (box.size.max() + max(abs(o.x), abs(o.y), abs(o.z))) * 4e-7
    var waiting: [UInt32] = [0]
    while let link = waiting.popLast() {
      if link & Self.leafBit != 0 {
        let block = Int(link & ~Self.leafBit)
        for lane in 0..<8 {
          let triangle = triangles[8 * block + lane]
          if lane > 0 && triangle == triangles[8 * block] { continue }
          body(Int(triangle))
        }
        continue
      }
      let base = 6 * Int(link)
      @inline(__always)
      func widened(_ row: Int) -> SIMD8<Float> {
        row < 3 ? nodes[base + row] - hair : nodes[base + row] + hair
      }
      let x0 = (widened(nx) - o.x) * slope.x
      let y0 = (widened(ny) - o.y) * slope.y
      let z0 = (widened(nz) - o.z) * slope.z
      let x1 = (widened(fx) - o.x) * slope.x
      let y1 = (widened(fy) - o.y) * slope.y
      let z1 = (widened(fz) - o.z) * slope.z
      let enter = greater(greater(x0, y0), greater(z0, SIMD8(repeating: 0)))
      let leave = lesser(lesser(x1, y1), z1)
      // Empty children have inverted boxes and are left before they are entered.
      var bits = laneBits(enter .<= leave)
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        waiting.append(links[8 * Int(link) + lane])
      }
    }
  }
}
