import LinearMath

extension BVH {
  /// Calls `body` with the triangles whose boxes touch the box of a triangle; itself too.
  @inline(__always)
  func forEachOverlap(
    of triangle: SIMD3<UInt32>, _ positions: [SIMD3<Float>], _ body: (Int) -> Void
  ) {
    let a = SIMD4(positions[Int(triangle.x)], 0)
    let b = SIMD4(positions[Int(triangle.y)], 0)
    let c = SIMD4(positions[Int(triangle.z)], 0)
    let lower = lesser(lesser(a, b), c)
    let upper = greater(greater(a, b), c)
    forEachOverlap(
      of: Box(
        minimum: SIMD3(lower.x, lower.y, lower.z), maximum: SIMD3(upper.x, upper.y, upper.z)),
      body)
  }

  /// Calls `body` with the triangles whose boxes touch a box.
  @inline(__always)
  func forEachOverlap(of box: Box, _ body: (Int) -> Void) {
    if isEmpty { return }
    let nodes = bounds.span
    let children = links.span
    let blocks = corners.span
    let lower = Lanes3(repeating: box.minimum)
    let upper = Lanes3(repeating: box.maximum)
    var waiting = InlineArray<192, UInt32>(repeating: 0)
    var count = 1
    while count > 0 {
      count &-= 1
      let link = waiting[count]
      if link & Self.leafBit != 0 {
        let block = Int(link & ~Self.leafBit)
        var bits = Self.overlapBits(blocks, block, lower, upper)
        while bits != 0 {
          let lane = bits.trailingZeroBitCount
          bits &= bits &- 1
          let triangle = triangles[8 * block + lane]
          // Unused lanes repeat the first.
          if lane > 0 && triangle == triangles[8 * block] { continue }
          body(Int(triangle))
        }
        continue
      }
      let node = Int(link)
      let base = 6 * node
      let x = nodes[base] .<= upper.x .& lower.x .<= nodes[base + 3]
      let y =
        nodes[base + 1] .<= upper.y .& lower.y .<= nodes[base + 4]
      let z =
        nodes[base + 2] .<= upper.z .& lower.z .<= nodes[base + 5]
      var bits = laneBits(x .& y .& z)
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        waiting[count] = children[8 &* node &+ lane]
        count &+= 1
      }
    }
  }

  /// Which of a block's triangles have boxes that touch a box. Their edges are rounded, so a hair is
  /// added.
  @inline(__always)
  private static func overlapBits(
    _ blocks: Span<SIMD8<Float>>, _ number: Int, _ lower: Lanes3, _ upper: Lanes3
  ) -> UInt32 {
    let (a, ab, ac) = block(blocks, number)
    let x = touches(a.x, ab.x, ac.x, lower.x, upper.x)
    let y = touches(a.y, ab.y, ac.y, lower.y, upper.y)
    let z = touches(a.z, ab.z, ac.z, lower.z, upper.z)
    return laneBits(x .& y .& z)
  }

  @inline(__always)
  private static func touches(
    _ a: SIMD8<Float>, _ ab: SIMD8<Float>, _ ac: SIMD8<Float>, _ lower: SIMD8<Float>,
    _ upper: SIMD8<Float>
  ) -> SIMDMask<SIMD8<Int32>> {
    let low = lesser(lesser(ab, ac), .zero)
    let high = greater(greater(ab, ac), .zero)
    let hair: SIMD8<Float> = (high - low + greater(a, -a)) * 2.4e-7
    let above = a + low - hair
    let below = a + high + hair
    return above .<= upper .& lower .<= below
  }
}
