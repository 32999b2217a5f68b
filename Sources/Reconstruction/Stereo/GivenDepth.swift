import LinearMath
import Work

extension ViewSet {
  /// What views with measured depth say of the surface; nil where not all have it.
  func givenDepth(_ work: WorkContext) throws -> [SurfaceMap]? {
    guard views.allSatisfy({ $0.depth != nil }) else { return nil }
    return try parallelMap(count: views.count, work) { index in
      surfaceMap(views[index].depth!, projections[index])
    }
  }

  private func surfaceMap(_ depth: [Float], _ camera: Projection) -> SurfaceMap {
    let (w, h) = (camera.width, camera.height)
    var map = SurfaceMap(width: w, height: h)
    let unit = Float(1 / scale)
    for pixel in 0..<w * h where depth[pixel] > 0 {
      let place = SIMD2(Float(pixel % w) + 0.5, Float(pixel / w) + 0.5)
      map.points[pixel] = camera.point(place, depth: depth[pixel] * unit)
    }
    for y in 1..<h - 1 {
      for x in 1..<w - 1 {
        let pixel = y * w + x
        guard depth[pixel] > 0 else { continue }
        // Across and down, over both neighbours where neither is of another surface.
        guard let across = slope(map.points, depth, pixel, 1, camera),
          let down = slope(map.points, depth, pixel, w, camera)
        else { continue }
        let normal = down.cross(across)
        guard normal.lengthSquared > 0 else { continue }
        let ray = (map.points[pixel] - camera.eye).normalized
        let unitNormal = normal.normalized * (normal.dot(ray) > 0 ? -1 : 1)
        guard unitNormal.dot(ray) < -0.1 else { continue }
        map.normals[pixel] = unitNormal
        map.weights[pixel] = 10
      }
    }
    return map
  }

  /// How the surface goes on from a pixel in one direction of the picture; nil where it does not.
  private func slope(
    _ points: [SIMD3<Float>], _ depth: [Float], _ pixel: Int, _ step: Int, _ camera: Projection
  ) -> SIMD3<Float>? {
    // Ten pixels' worth from one to the next is another surface.
    let limit = 10 * depth[pixel] / camera.focal.x
    let isBefore = depth[pixel - step] > 0 && abs(depth[pixel - step] - depth[pixel]) < limit
    let isAfter = depth[pixel + step] > 0 && abs(depth[pixel + step] - depth[pixel]) < limit
    switch (isBefore, isAfter) {
    case (true, true): return points[pixel + step] - points[pixel - step]
    case (true, false): return points[pixel] - points[pixel - step]
    case (false, true): return points[pixel + step] - points[pixel]
    case (false, false): return nil
    }
  }
}
