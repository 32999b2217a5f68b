import Geometry
import LinearMath
public import Views
public import Work

extension PreparedScene {
  /// For each point the cameras that see it, by index, at most so many: those that look at the surface most directly.
  ///
  /// A camera sees a point that lies in its picture, on a surface that is not seen from the edge, with nothing between
  /// them. Surfaces that are cut out or blended count as solid.
  public func views(
    of points: [ColoredPoint], from cameras: [Camera], atMost limit: Int, _ work: WorkContext
  ) throws -> [[Int]] {
    if limit == 0 { return points.map { _ in [] } }
    let tree = BVH(wholeMesh, quick: true)
    let eyes = cameras.map { SIMD3<Float>($0.eye) }
    return try parallelMap(count: (points.count + 255) / 256, work) { chunk in
      (chunk * 256..<min(points.count, chunk * 256 + 256)).map { index in
        Self.views(of: points[index], cameras, eyes, tree, limit)
      }
    }.flatMap(\.self)
  }

  private static func views(
    of point: ColoredPoint, _ cameras: [Camera], _ eyes: [SIMD3<Float>], _ tree: BVH, _ limit: Int
  ) -> [Int] {
    var candidates: [(directness: Float, camera: Int)] = []
    for camera in cameras.indices {
      // Surfaces show from both sides.
      let directness = abs((eyes[camera] - point.position).normalized.dot(point.normal))
      if directness > 0.2 { candidates.append((directness, camera)) }
    }
    candidates.sort { ($1.directness, $0.camera) < ($0.directness, $1.camera) }
    var found: [Int] = []
    for (_, camera) in candidates {
      let (pixel, depth) = cameras[camera].project(SIMD3<Double>(point.position))
      let lens = cameras[camera].intrinsics
      guard depth > 0, pixel.x > 0, pixel.y > 0, pixel.x < Double(lens.width),
        pixel.y < Double(lens.height)
      else { continue }
      // As far as the point, and not the surface that it lies on.
      let way = point.position - eyes[camera]
      guard tree.firstHit(from: eyes[camera], along: way, far: 1 - 1e-3 / way.length) == nil else {
        continue
      }
      found.append(camera)
      if found.count == limit { break }
    }
    return found.sorted()
  }
}
