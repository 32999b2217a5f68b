import LinearMath

/// Depth maps and hull in one field: near the surface the weighted mean of the distances to the planes that views see
/// (Curless and Levoy, "A volumetric method for building complex models from range images", 1996, with planes for
/// rays), cut off beyond a band; and nowhere outside the hull. Positive within.
///
/// What no view sees well is taken for solid as far as the hull goes.
struct FusedField: Sendable {
  let hull: HullField
  let maps: [SurfaceMap]
  /// The same all together; nil where the first guess at the surface is enough.
  let points: SeenPoints?
  let projections: [Projection]
  /// Where the object ends on sides that no view shows, if there are such.
  let bounds: SeenBounds?
  /// How far from the surface distances are told apart.
  let band: Float
  /// How large a pixel is at the object.
  let pixel: Float
  /// How much the hull counts beside what is seen.
  private static let hullWeight: Float = 4

  func values(x: SIMD8<Float>, y: Float, z: Float) -> SIMD8<Float> {
    var depths = hull.depth(x: x, y: y, z: z)
    if let bounds { depths = lesser(depths, bounds.depth(x: x, y: y, z: z)) }
    for lane in 0..<8 where depths[lane] > -band {
      depths[lane] = fused(SIMD3(x[lane], y, z), depths[lane])
    }
    return depths
  }

  private func fused(_ point: SIMD3<Float>, _ depth: Float) -> Float {
    var (sum, total, normal) = (Float(0), Float(0), SIMD3<Float>.zero)
    for index in maps.indices {
      guard let seen = distance(point, index) else { continue }
      sum += seen.distance * seen.weight
      total += seen.weight
      normal += seen.normal * seen.weight
    }
    let seen = (sum + min(max(depth, -band), band) * Self.hullWeight) / (total + Self.hullWeight)
    // Where the hull is as near as depth can be told, its outlines are the sharper measure.
    let apart = min(depth, band) - seen
    let share = min(max((apart - 0.35 * pixel) / (0.5 * pixel), 0), 1)
    let first = depth - (depth - min(depth, seen)) * share
    guard let points, abs(first) < 0.4 * band, normal.lengthSquared > 0,
      let smooth = points.depth(of: point, about: first, normal.normalized)
    else { return first }
    return min(depth, smooth)
  }

  /// How far behind the surface a view sees the point; nil where it cannot tell.
  @inline(__always)
  private func distance(_ point: SIMD3<Float>, _ index: Int) -> (
    distance: Float, normal: SIMD3<Float>, weight: Float
  )? {
    let camera = projections[index]
    guard let (x, y, _) = camera.pixel(of: point) else { return nil }
    let pixel = y * camera.width + x
    let weight = maps[index].weights[pixel]
    if weight == 0 { return nil }
    let off = maps[index].points[pixel] - point
    let behind = -camera.ahead.dot(off)
    // Hidden: the view says nothing of what lies there.
    if behind > 3 * band { return nil }
    let normal = maps[index].normals[pixel]
    let distance = normal.dot(off)
    if distance > band { return nil }
    let slope = -normal.dot((point - camera.eye).normalized)
    return (max(distance, -band), normal, weight * max(0.05, slope))
  }

  /// What a block of points is all over, where nothing of the surface is near; nil otherwise.
  func constant(_ center: SIMD3<Float>, _ radius: Float) -> Float? {
    var depth = hull.depth(center)
    if let bounds {
      depth = min(depth, bounds.depth(x: .init(repeating: center.x), y: center.y, z: center.z)[0])
    }
    if depth < -1.5 * radius - band { return depth }
    if depth < 1.5 * radius + band { return nil }
    for index in maps.indices {
      let camera = projections[index]
      guard let (x, y, near) = camera.pixel(of: center) else { continue }
      // All pixels that the block covers.
      let across = Float(camera.width + camera.height)
      let reach = Int(min(radius * camera.focal.x / near, across)) + 1
      for row in max(0, y - reach)...min(camera.height - 1, y + reach) {
        for column in max(0, x - reach)...min(camera.width - 1, x + reach) {
          let pixel = row * camera.width + column
          guard maps[index].weights[pixel] > 0 else { continue }
          let behind = -camera.ahead.dot(maps[index].points[pixel] - center)
          if behind < radius + 3 * band { return nil }
        }
      }
    }
    return band
  }
}
