import LinearMath

/// A point on a mesh: a triangle and the weights of its three corners.
public struct SurfacePoint: Sendable, Equatable {
  public let triangle: Int
  /// Barycentric coordinates; they add up to one.
  public let weights: SIMD3<Float>

  public init(triangle: Int, weights: SIMD3<Float>) {
    (self.triangle, self.weights) = (triangle, weights)
  }
}

extension Mesh {
  /// `count` points spread over the surface in proportion to area: one in each of `count` equal
  /// slices of the area, in triangle order. Empty where the mesh has no area.
  public func sampledSurface(count: Int, seed: UInt64) -> [SurfacePoint] {
    var sums: [Double] = []
    sums.reserveCapacity(triangles.count)
    var total = 0.0
    for triangle in triangles.indices {
      total += areaNormal(triangle).length / 2
      sums.append(total)
    }
    guard total > 0, count > 0 else { return [] }
    let generator = SeededGenerator(seed: seed)
    var triangle = 0
    return (0..<count).map { index in
      var draw = generator.stream(index)
      let target = (Double(index) + draw.unit()) / Double(count) * total
      while triangle < triangles.count - 1 && sums[triangle] <= target { triangle += 1 }
      // Square-root warping keeps the density even (Turk, "Generating random points in triangles").
      let root = Float(draw.unit()).squareRoot()
      let side = Float(draw.unit())
      return SurfacePoint(
        triangle: triangle, weights: [1 - root, root * (1 - side), root * side])
    }
  }

  /// The value of a vertex stream at a surface point.
  public func interpolated(_ stream: [SIMD3<Float>], at point: SurfacePoint) -> SIMD3<Float> {
    let index = triangles[point.triangle]
    return stream[Int(index.x)] * point.weights.x + stream[Int(index.y)] * point.weights.y
      + stream[Int(index.z)] * point.weights.z
  }

  /// The value of a texture coordinate set at a surface point.
  public func interpolated(_ stream: [SIMD2<Float>], at point: SurfacePoint) -> SIMD2<Float> {
    let index = triangles[point.triangle]
    return stream[Int(index.x)] * point.weights.x + stream[Int(index.y)] * point.weights.y
      + stream[Int(index.z)] * point.weights.z
  }

  /// The value of a colour stream at a surface point.
  public func interpolated(_ stream: [SIMD4<Float>], at point: SurfacePoint) -> SIMD4<Float> {
    let index = triangles[point.triangle]
    return stream[Int(index.x)] * point.weights.x + stream[Int(index.y)] * point.weights.y
      + stream[Int(index.z)] * point.weights.z
  }

  /// The closest point of a triangle, exactly a corner where it is one.
  func surfacePoint(on triangle: Int, nearest point: SIMD3<Float>) -> SurfacePoint {
    let (a, b, c) = corners(triangle)
    let place = closestPointOnTriangle(point, a, b, c)
    for (corner, position) in [a, b, c].enumerated() where position == place {
      var weights = SIMD3<Float>.zero
      weights[corner] = 1
      return SurfacePoint(triangle: triangle, weights: weights)
    }
    let normal = areaNormal(triangle)
    let square = normal.lengthSquared
    let start = SIMD3<Double>(a)
    let (ab, ac) = (SIMD3<Double>(b) - start, SIMD3<Double>(c) - start)
    let way = SIMD3<Double>(place) - start
    let (second, third) = (way.cross(ac).dot(normal) / square, ab.cross(way).dot(normal) / square)
    guard second.isFinite, third.isFinite else {
      return SurfacePoint(triangle: triangle, weights: [1, 0, 0])
    }
    var weights = SIMD3(1 - second - third, second, third)
      .clamped(lowerBound: .zero, upperBound: .one)
    weights /= weights.sum()
    return SurfacePoint(triangle: triangle, weights: SIMD3<Float>(weights))
  }
}
