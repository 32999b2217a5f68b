import Geometry
import Glibc
import LinearMath

/// All points that views agree on, with their normals, and the smooth surface among them: where the mean distance to the
/// planes of the points about a place, weighted by a Gaussian, is 0 (Kolluri, "Provably good moving least squares",
/// 2005). That evens out what single pixels of depth maps are off by.
struct SeenPoints: Sendable {
  /// Of the Gaussian.
  private let radius: Float
  /// The side of a cell; nothing that counts is farther than that.
  private let cell: Float
  private let origin: SIMD3<Float>
  private let counts: SIMD3<Int>
  /// The first point of each cell, and the end.
  private let starts: [Int32]
  private let positions, normals: [SIMD3<Float>]

  /// Farther points count for nothing.
  private static let reach: Float = 2.2

  /// - Parameters:
  ///   - step: of so many pixels one is taken.
  ///   - box: around all of them.
  ///   - radius: of the Gaussian, in the working space.
  init(_ maps: [SurfaceMap], every step: Int, in box: Box, radius: Float) {
    self.radius = radius
    // Not more cells than memory bears, whatever the views say of a pixel's size.
    let size = box.maximum - box.minimum
    let cell = max(radius * Self.reach, size.max() / 300)
    self.cell = cell
    let low = box.minimum - cell
    let span = (box.maximum - box.minimum + 2 * cell) / cell
    let counts = SIMD3(Int(span.x) + 1, Int(span.y) + 1, Int(span.z) + 1)
    (origin, self.counts) = (low, counts)
    func cellIndex(_ point: SIMD3<Float>) -> Int? {
      let place = (point - low) / cell
      guard place.min() >= 0 else { return nil }
      let at = SIMD3(Int(place.x), Int(place.y), Int(place.z))
      guard at.x < counts.x, at.y < counts.y, at.z < counts.z else { return nil }
      return (at.z * counts.y + at.y) * counts.x + at.x
    }
    var starts = [Int32](repeating: 0, count: counts.x * counts.y * counts.z + 1)
    // Other ones in every view.
    func pixels(_ index: Int) -> [Int] {
      let map = maps[index]
      return map.weights.indices.filter { pixel in
        map.weights[pixel] > 0 && (pixel % map.width + pixel / map.width + index) % step == 0
      }
    }
    for (index, map) in maps.enumerated() {
      for pixel in pixels(index) {
        if let cell = cellIndex(map.points[pixel]) { starts[cell + 1] += 1 }
      }
    }
    for cell in 1..<starts.count { starts[cell] += starts[cell - 1] }
    var next = starts
    var positions = [SIMD3<Float>](repeating: .zero, count: Int(starts.last!))
    var normals = positions
    for (index, map) in maps.enumerated() {
      for pixel in pixels(index) {
        guard let cell = cellIndex(map.points[pixel]) else { continue }
        positions[Int(next[cell])] = map.points[pixel]
        normals[Int(next[cell])] = map.normals[pixel]
        next[cell] += 1
      }
    }
    (self.starts, self.positions, self.normals) = (starts, positions, normals)
  }

  /// How far behind the surface a place lies, that is known to be `depth` behind it or so; nil where too few points tell.
  ///
  /// - Parameter normal: of the surface near there.
  func depth(of place: SIMD3<Float>, about depth: Float, _ normal: SIMD3<Float>) -> Float? {
    var (foot, normal) = (place + normal * depth, normal)
    for _ in 0..<2 {
      guard let near = mean(at: foot, normal) else { return nil }
      normal = near.normal
      foot += normal * near.offset
    }
    return (foot - place).dot(normal)
  }

  /// How far ahead of a place its points' planes lie, and their mean normal.
  private func mean(at place: SIMD3<Float>, _ normal: SIMD3<Float>) -> (
    offset: Float, normal: SIMD3<Float>
  )? {
    let at = (place - origin) / cell
    let middle = SIMD3(Int(at.x), Int(at.y), Int(at.z))
    guard at.min() >= 1, middle.x + 1 < counts.x, middle.y + 1 < counts.y, middle.z + 1 < counts.z
    else { return nil }
    let far = radius * radius * Self.reach * Self.reach
    let falloff = -1 / (radius * radius)
    var (offset, direction, total) = (Float(0), SIMD3<Float>.zero, Float(0))
    for z in middle.z - 1...middle.z + 1 {
      for y in middle.y - 1...middle.y + 1 {
        let row = (z * counts.y + y) * counts.x + middle.x
        for index in Int(starts[row - 1])..<Int(starts[row + 2]) {
          let away = positions[index] - place
          let squared = away.lengthSquared
          if squared > far { continue }
          let alike = normals[index].dot(normal)
          if alike <= 0 { continue }
          let weight = exp(squared * falloff) * alike * alike
          offset += weight * normals[index].dot(away)
          direction += normals[index] * weight
          total += weight
        }
      }
    }
    guard total > Self.least else { return nil }
    return (offset / total, direction.normalized)
  }

  /// So many points at the place itself.
  private static let least: Float = 3
}
