import LinearMath

/// Which samples of a tile lie in a triangle.
///
/// An edge's side is a linear function whose value at the tile's corner is exact before it is rounded once;
/// two triangles with an edge in common compute it with the same steps and opposite signs, so that every
/// sample near the edge is in exactly one of them. On the edge itself the one owns it that runs along it
/// upwards in (x, y) order.
struct TriangleCoverage {
  /// Per edge the change to the right and down, and the value at the middle of the tile's first pixel.
  private let right, down, value: SIMD3<Float>
  /// From here on a sample is inside: 0 for an edge that owns what lies on it.
  private let least: SIMD3<Float>
  /// Nearness there, its change to the right and down.
  private let nearness: SIMD3<Float>
  private let nearnessRange: SIMD2<Float>
  /// Pixels of the tile.
  let columns, rows: ClosedRange<Int>

  /// Nil where the triangle's box is beside the tile.
  @inline(__always)
  init?(_ triangle: ScreenTriangle, tile: SIMD2<Int32>, size: SIMD2<Int32>) {
    let (x, y) = (triangle.x, triangle.y)
    let (left, top) = (Float(tile.x), Float(tile.y))
    let firstColumn = max(0, Int((min(x.x, x.y, x.z) - left).rounded(.down)))
    let firstRow = max(0, Int((min(y.x, y.y, y.z) - top).rounded(.down)))
    let lastColumn = min(Int(size.x) - 1, Int((max(x.x, x.y, x.z) - left).rounded(.down)))
    let lastRow = min(Int(size.y) - 1, Int((max(y.x, y.y, y.z) - top).rounded(.down)))
    if firstColumn > lastColumn || firstRow > lastRow { return nil }
    (columns, rows) = (firstColumn...lastColumn, firstRow...lastRow)

    let (nextX, nextY) = (SIMD3(x.y, x.z, x.x), SIMD3(y.y, y.z, y.x))
    right = y - nextY
    down = nextX - x
    let middle = SIMD2(Double(left) + 0.5, Double(top) + 0.5)
    let acrossExact: SIMD3<Double> = SIMD3<Double>(right) * (middle.x - SIMD3<Double>(x))
    let downExact: SIMD3<Double> = SIMD3<Double>(down) * (middle.y - SIMD3<Double>(y))
    value = SIMD3<Float>(acrossExact + downExact)
    let owns = down .> 0 .| (down .== 0 .& right .< 0)
    least = SIMD3(repeating: Float.leastNormalMagnitude).replacing(with: 0, where: owns)

    let plane = triangle.nearness
    nearness = SIMD3(
      plane.x + plane.y * (left + 0.5 - x.x) + plane.z * (top + 0.5 - y.x), plane.y, plane.z)
    nearnessRange = SIMD2(plane.w, triangle.second.w)
  }

  /// Calls `body` with each run of eight pixels and each sample in which some lanes are inside: the run's
  /// row and number in the row, the sample, the lanes, their nearness.
  @inline(__always)
  func forEachRun(
    _ pattern: SamplePattern,
    _ body: (Int, Int, Int, SIMDMask<SIMD8<Int32>>, SIMD8<Float>) -> Void
  ) {
    let ramp = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    let slope: SIMD3<Float> = magnitudes(right) + magnitudes(down)
    let margin: SIMD3<Float> = least - slope * pattern.reach * 1.001
    let (lowest, highest) = (nearnessRange.x, nearnessRange.y)
    let first = SIMD8<Float>(repeating: right.x) * ramp
    let second = SIMD8<Float>(repeating: right.y) * ramp
    let third = SIMD8<Float>(repeating: right.z) * ramp
    let deep = SIMD8<Float>(repeating: nearness.y) * ramp
    // What a sample adds to the three edges and the nearness.
    var shifts = InlineArray<16, SIMD4<Float>>(repeating: .zero)
    let (rights, downs) = (SIMD4(right, nearness.y), SIMD4(down, nearness.z))
    for sample in 0..<pattern.count {
      let offset = pattern.offsets[sample]
      shifts[sample] = rights * offset.x + downs * offset.y
    }
    for row in rows {
      let atRow: SIMD3<Float> = value + down * Float(row)
      let nearRow = nearness.x + nearness.z * Float(row)
      for run in columns.lowerBound >> 3...columns.upperBound >> 3 {
        let start: SIMD3<Float> = atRow + right * Float(run << 3)
        let a: SIMD8<Float> = first + start.x
        let b: SIMD8<Float> = second + start.y
        let c: SIMD8<Float> = third + start.z
        let isNear = a .>= margin.x .& b .>= margin.y .& c .>= margin.z
        if !any(isNear) { continue }
        let near: SIMD8<Float> = deep + (nearRow + nearness.y * Float(run << 3))
        for sample in 0..<pattern.count {
          let shift = shifts[sample]
          let inside =
            a + shift.x .>= least.x .& b + shift.y .>= least.y .& c + shift.z .>= least.z
          if !any(inside) { continue }
          body(row, run, sample, inside, (near + shift.w).clamped(lowest, highest))
        }
      }
    }
  }

  @inline(__always)
  private func magnitudes(_ vector: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(abs(vector.x), abs(vector.y), abs(vector.z))
  }
}
