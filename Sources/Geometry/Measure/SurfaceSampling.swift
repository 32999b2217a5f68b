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
}
