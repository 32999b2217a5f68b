import LinearMath

/// How deep a place lies within the visual hull: the least over all views of its distance to the outline, taken at the
/// place's own depth (Laurentini, "The visual hull concept", 1994). Positive within; in units of the working space.
struct HullField: Sendable {
  let projections: [Projection]
  let outlines: [Outline]
  /// How many views may disagree.
  let misses: Int

  init(_ set: ViewSet) {
    (projections, outlines, misses) = (set.projections, set.outlines, set.outlineMisses)
  }

  /// At eight places that differ in x only.
  func depth(x: SIMD8<Float>, y: Float, z: Float) -> SIMD8<Float> {
    if misses > 0 {
      var depths = SIMD8<Float>.zero
      for lane in 0..<8 { depths[lane] = depth(SIMD3(x[lane], y, z)) }
      return depths
    }
    var least = SIMD8<Float>(repeating: 4)
    for index in projections.indices {
      let p = projections[index]
      let near: SIMD8<Float> = x * p.ahead.x + (p.ahead.y * y + p.ahead.z * z + p.shift.z)
      let scale: SIMD8<Float> = 1 / near
      let right: SIMD8<Float> = x * p.right.x + (p.right.y * y + p.right.z * z + p.shift.x)
      let down: SIMD8<Float> = x * p.down.x + (p.down.y * y + p.down.z * z + p.shift.y)
      let px: SIMD8<Float> = right * scale * p.focal.x + p.center.x
      let py: SIMD8<Float> = down * scale * p.focal.y + p.center.y
      let distances = outlines[index].distances(x: px, y: py)
      let unit: SIMD8<Float> = near * (2 / (p.focal.x + p.focal.y))
      least = lesser(least, distances * unit)
      // Far outside in one view is outside.
      if !any(least .> -0.2) { break }
    }
    return least
  }

  func depth(_ point: SIMD3<Float>) -> Float {
    if misses == 0 {
      return depth(x: SIMD8(repeating: point.x), y: point.y, z: point.z)[0]
    }
    // The least but for the few that may be wrong.
    var smallest = [Float](repeating: 4, count: misses + 1)
    for (p, outline) in zip(projections, outlines) {
      let (pixel, near) = p.project(point)
      var value = outline.distance(at: pixel) * near * 2 / (p.focal.x + p.focal.y)
      for place in smallest.indices where value < smallest[place] {
        swap(&value, &smallest[place])
      }
    }
    return smallest[misses]
  }
}

extension HullField {
  /// What a ball is all over, where the hull's surface is not near. The field changes by at most about 1.5 times the way.
  func constant(_ center: SIMD3<Float>, _ radius: Float) -> Float? {
    let depth = depth(center)
    return abs(depth) > 1.5 * radius ? depth : nil
  }
}

extension Outline {
  /// At eight places at once.
  func distances(x: SIMD8<Float>, y: SIMD8<Float>) -> SIMD8<Float> {
    let cx = (x - 0.5).clamped(0, Float(width - 1))
    let cy = (y - 0.5).clamped(0, Float(height - 1))
    let left = cx.clamped(0, Float(width - 2)).rounded(.down)
    let top = cy.clamped(0, Float(height - 2)).rounded(.down)
    let (fx, fy) = (cx - left, cy - top)
    let base = top.truncated &* Int32(width) &+ left.truncated
    var (a, b) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var (c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    let values = distances.span
    for lane in 0..<8 {
      let at = Int(base[lane])
      a[lane] = values[at]
      b[lane] = values[at + 1]
      c[lane] = values[at + width]
      d[lane] = values[at + width + 1]
    }
    let upper: SIMD8<Float> = a + (b - a) * fx
    let lower: SIMD8<Float> = c + (d - c) * fx
    let inside: SIMD8<Float> = upper + (lower - upper) * fy
    let (ox, oy) = (cx + 0.5 - x, cy + 0.5 - y)
    let square: SIMD8<Float> = ox * ox + oy * oy
    if !any(square .> 0) { return inside }
    let beyond = inside - square.roots
    if !touchesBorder { return inside.replacing(with: beyond, where: square .> 0) }
    let open = SIMD8<Float>(repeating: 1e6)
    return inside.replacing(
      with: beyond.replacing(with: open, where: inside .> -1), where: square .> 0)
  }
}
