import LinearMath

extension SurfaceMap {
  /// Closes gaps of a few pixels where the planes about them agree, so that single pixels which nothing confirmed do not
  /// leave the surface pitted.
  ///
  /// - Parameter isObject: where there may be a surface.
  mutating func closeGaps(_ camera: Projection, rounds: Int, where isObject: (Int) -> Bool) {
    for _ in 0..<rounds {
      let known = self
      for pixel in weights.indices where known.weights[pixel] == 0 && isObject(pixel) {
        if let plane = known.plane(about: pixel, camera) {
          (points[pixel], normals[pixel], weights[pixel]) = plane
        }
      }
    }
  }

  private func plane(about pixel: Int, _ camera: Projection) -> (SIMD3<Float>, SIMD3<Float>, Float)?
  {
    let (x, y) = (pixel % width, pixel / width)
    let ray = camera.ray(SIMD2(Float(x) + 0.5, Float(y) + 0.5))
    var depths = InlineArray<25, Float>(repeating: 0)
    var (count, normal, weight) = (0, SIMD3<Float>.zero, Float(0))
    for row in max(0, y - 2)...min(height - 1, y + 2) {
      for column in max(0, x - 2)...min(width - 1, x + 2) {
        let other = row * width + column
        guard weights[other] > 0 else { continue }
        let slope = normals[other].dot(ray)
        guard slope < -0.1 else { continue }
        // Kept in order.
        var depth = normals[other].dot(points[other] - camera.eye) / slope
        for place in 0..<count where depths[place] > depth { swap(&depth, &depths[place]) }
        depths[count] = depth
        count += 1
        normal += normals[other]
        weight += weights[other]
      }
    }
    guard count >= Self.leastNeighbours else { return nil }
    let middle = depths[count / 2]
    let tolerance = 1.5 * middle / camera.focal.x
    let agreeing = (0..<count).count { abs(depths[$0] - middle) < tolerance }
    guard agreeing * 4 >= count * 3 else { return nil }
    // A guess counts less than what was measured.
    return (camera.eye + ray * middle, normal.normalized, 0.25 * weight / Float(count))
  }

  private static let leastNeighbours = 8
}
