import LinearMath

/// How far along its normal a piece of surface must move for the pictures to agree best about it.
struct PhotometricOffset {
  /// In the working space, along the normal.
  let distance: Float
  /// How sharply agreement falls off beside it; 0 where nothing can be told.
  let confidence: Float

  private static let side = 7
  private static let noise: Float = 0.004 * 0.004
  /// Agreement is asked for at so many places to each side.
  static let steps = 2

  /// - Parameters:
  ///   - views: those that see the place, by index.
  ///   - width: between samples, about a pixel.
  ///   - step: between the places tried.
  init(
    point: SIMD3<Float>, normal: SIMD3<Float>, views: [Int], width: Float, step: Float,
    _ projections: [Projection], _ images: [LumaImage]
  ) {
    let across = SIMD3<Float>(SIMD3<Double>(normal).anyPerpendicular)
    let up = normal.cross(across)
    var scores = InlineArray<5, Float>(repeating: 0)
    for place in 0..<5 {
      let center = point + normal * (Float(place - Self.steps) * step)
      scores[place] = Self.agreement(center, across * width, up * width, views, projections, images)
    }
    var best = 0
    for place in 1..<5 where scores[place] > scores[best] { best = place }
    guard best > 0, best < 4 else {
      // Beyond what was tried; a step that way, with little trust.
      distance = Float(best - Self.steps) * step
      confidence = best == 0 || best == 4 ? max(0, scores[best] - scores[2]) : 0
      return
    }
    let (a, b, c) = (scores[best - 1], scores[best], scores[best + 1])
    let bend = a + c - 2 * b
    let shift = bend < -1e-9 ? 0.5 * (a - c) / bend : 0
    distance = (Float(best - Self.steps) + min(max(shift, -1), 1)) * step
    confidence = max(0, -bend)
  }

  /// The squared length of the mean of the views' normalised patches: 1 where all agree.
  private static func agreement(
    _ center: SIMD3<Float>, _ across: SIMD3<Float>, _ up: SIMD3<Float>, _ views: [Int],
    _ projections: [Projection], _ images: [LumaImage]
  ) -> Float {
    var sums = InlineArray<7, SIMD8<Float>>(repeating: .zero)
    let lanes = SIMD8<Float>(-3, -2, -1, 0, 1, 2, 3, 0)
    let weight = SIMD8<Float>(1, 1, 1, 1, 1, 1, 1, 0) / 49
    for view in views {
      let p = projections[view]
      let c = SIMD3(
        p.right.dot(center) + p.shift.x, p.down.dot(center) + p.shift.y,
        p.ahead.dot(center) + p.shift.z)
      let a = SIMD3(p.right.dot(across), p.down.dot(across), p.ahead.dot(across))
      let u = SIMD3(p.right.dot(up), p.down.dot(up), p.ahead.dot(up))
      var rows = InlineArray<7, SIMD8<Float>>(repeating: .zero)
      var (sum, square) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      let values = images[view].values
      for row in 0..<side {
        let at = c + u * Float(row - 3)
        let scale: SIMD8<Float> = 1 / (lanes * a.z + at.z)
        let x: SIMD8<Float> = (lanes * a.x + at.x) * scale * p.focal.x + p.center.x
        let y: SIMD8<Float> = (lanes * a.y + at.y) * scale * p.focal.y + p.center.y
        let v = sampled(values, p.width, p.height, x: x, y: y)
        rows[row] = v
        sum += v * weight
        square += v * v * weight
      }
      let mean = sum.sum()
      let variance = max(0, square.sum() - mean * mean)
      let factor = 1 / (variance + noise).squareRoot() / Float(views.count)
      for row in 0..<side { sums[row] += (rows[row] - mean) * factor }
    }
    var total = SIMD8<Float>.zero
    for row in 0..<side { total += sums[row] * sums[row] * weight }
    return total.sum()
  }
}
