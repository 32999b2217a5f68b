import LinearMath
import Work

/// A depth map of which only what other views confirm is left, averaged with what they say.
struct SurfaceMap: Sendable {
  let width, height: Int
  /// Points of the surface at pixel centres, in the working space.
  var points: [SIMD3<Float>]
  /// Unit normals there, towards the camera.
  var normals: [SIMD3<Float>]
  /// How much they are to be trusted; 0 where there is none.
  var weights: [Float]

  /// Nothing known.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    points = .init(repeating: .zero, count: width * height)
    normals = points
    weights = .init(repeating: 0, count: width * height)
  }
}

extension ViewSet {
  /// Keeps what at least two other views agree with to less than a pixel.
  func confirmed(_ maps: [DepthMap], _ work: WorkContext) throws -> [SurfaceMap] {
    let planes = try parallelMap(count: maps.count, work) { worldPlanes(maps[$0], projections[$0]) }
    return try parallelMap(count: maps.count, work) { index in
      try work.checkCancelled()
      var map = confirmed(index, planes)
      map.removeSpeckles(projections[index], least: maps[index].leastPatch)
      map.closeGaps(projections[index], rounds: 3) { maps[index].depth[$0] > 0 }
      return map
    }
  }

  private func worldPlanes(_ map: DepthMap, _ camera: Projection) -> SurfaceMap {
    var planes = SurfaceMap(width: map.width, height: map.height)
    for pixel in map.depth.indices where map.depth[pixel] > 0 && map.cost[pixel] < 0.5 {
      let place = SIMD2(Float(pixel % map.width) + 0.5, Float(pixel / map.width) + 0.5)
      planes.points[pixel] = camera.point(place, depth: map.depth[pixel])
      let n = map.normal[pixel]
      planes.normals[pixel] = camera.right * n.x + camera.down * n.y + camera.ahead * n.z
      planes.weights[pixel] = 1 / (0.02 + map.cost[pixel])
    }
    return planes
  }

  private func confirmed(_ index: Int, _ planes: [SurfaceMap]) -> SurfaceMap {
    let camera = projections[index]
    var result = planes[index]
    let own = camera.eye.normalized
    let near = projections.indices.filter {
      $0 != index && own.dot(projections[$0].eye.normalized) > 0.4
    }
    let least = min(2, near.count)
    for pixel in result.weights.indices where planes[index].weights[pixel] > 0 {
      let point = planes[index].points[pixel]
      let normal = planes[index].normals[pixel]
      let away = point - camera.eye
      let distance = away.length
      let ray = away / distance
      let tolerance = 0.8 * distance / camera.focal.x
      var weight = planes[index].weights[pixel]
      var shift: Float = 0
      var normalSum = normal * weight
      var agreeing = 0
      for other in near {
        guard let (x, y, _) = projections[other].pixel(of: point) else { continue }
        let at = y * planes[other].width + x
        let theirs = planes[other].weights[at]
        guard theirs > 0 else { continue }
        let n = planes[other].normals[at]
        // Where this view's ray meets the plane that the other one sees.
        let slope = n.dot(ray)
        guard slope < -0.15, n.dot(normal) > 0.5 else { continue }
        let off = n.dot(planes[other].points[at] - point) / slope
        guard abs(off) < tolerance else { continue }
        agreeing += 1
        shift += theirs * off
        normalSum += n * theirs
        weight += theirs
      }
      guard agreeing >= least else {
        result.weights[pixel] = 0
        continue
      }
      result.points[pixel] = point + ray * (shift / weight)
      result.normals[pixel] = normalSum.normalized
      result.weights[pixel] = weight
    }
    return result
  }
}
