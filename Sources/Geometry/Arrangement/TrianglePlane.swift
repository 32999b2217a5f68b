import LinearMath

/// A triangle's plane, for asking where points are.
struct TrianglePlane {
  let corners: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
  /// Of length one.
  var normal: SIMD3<Double>
  /// The height over the longest side.
  let leastHeight: Double

  enum Location {
    case outside, inside
    case side(Int)
    case corner(Int)
  }

  init(_ t: SIMD3<UInt32>, _ positions: [SIMD3<Float>]) {
    corners = (
      SIMD3(positions[Int(t.x)]), SIMD3(positions[Int(t.y)]), SIMD3(positions[Int(t.z)])
    )
    let area = (corners.1 - corners.0).cross(corners.2 - corners.0)
    normal = area.normalized
    let longest = max(
      (corners.1 - corners.0).length, (corners.2 - corners.1).length,
      (corners.0 - corners.2).length)
    leastHeight = longest > 0 ? area.length / longest : 0
  }

  func height(_ point: SIMD3<Double>) -> Double { normal.dot(point - corners.0) }

  /// Where a point of the plane is in the triangle.
  func locate(_ point: SIMD3<Double>, _ tolerance: Double) -> Location {
    let places = [corners.0, corners.1, corners.2]
    for corner in 0..<3 where (point - places[corner]).lengthSquared <= tolerance * tolerance {
      return .corner(corner)
    }
    var nearest: (distance: Double, side: Int) = (.infinity, 0)
    for side in 0..<3 {
      let along = places[(side + 1) % 3] - places[side]
      let distance = normal.cross(along).dot(point - places[side]) / along.length
      if distance < -tolerance { return .outside }
      if distance < nearest.distance { nearest = (distance, side) }
    }
    if nearest.distance > tolerance { return .inside }
    // Beyond the ends of a side is outside, however near to its line.
    let (a, b) = (places[nearest.side], places[(nearest.side + 1) % 3])
    let share = (point - a).dot(b - a)
    return share > 0 && share < (b - a).lengthSquared ? .side(nearest.side) : .outside
  }
}

extension SIMD3<Double> {
  /// Whether three heights are on one side.
  func isBeside(_ tolerance: Double) -> Bool {
    min() > tolerance || max() < -tolerance
  }

  func isFlat(_ tolerance: Double) -> Bool {
    max() <= tolerance && min() >= -tolerance
  }
}
