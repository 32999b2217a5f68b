import Glibc
import LinearMath
import Work

/// The convex hull of what views see, as half-spaces: the end of an object whose far side nobody photographed, where
/// outlines alone would let it run on as far as the cones behind it reach.
struct SeenBounds: Sendable {
  private let normals: [SIMD3<Float>]
  private let limits: [Float]

  /// - Parameters:
  ///   - points: what views see of the surface; there are no bounds where that is nearly nothing.
  ///   - margin: how far beyond it the object may go.
  init?(_ points: [SIMD3<Float>], margin: Float, _ work: WorkContext) throws {
    guard points.count > 1000 else { return nil }
    // Evenly spread by the golden angle.
    let count = 128
    normals = (0..<count).map { index in
      let z = 1 - (2 * Float(index) + 1) / Float(count)
      let angle = Float(index) * 2.399_963_2
      let radius = (1 - z * z).squareRoot()
      return SIMD3(radius * cos(angle), radius * sin(angle), z)
    }
    limits = try parallelMap(count: count, work) { [normals] index in
      let normal = normals[index]
      // Single outliers make no bound.
      let along = points.map { normal.dot($0) }.sorted()
      return along[along.count - 1 - along.count / 20_000] + margin
    }
  }

  /// How deep within them places are that differ in x only.
  func depth(x: SIMD8<Float>, y: Float, z: Float) -> SIMD8<Float> {
    var least = SIMD8<Float>(repeating: 4)
    for (normal, limit) in zip(normals, limits) {
      let along: SIMD8<Float> = x * normal.x
      least = lesser(least, (limit - normal.y * y - normal.z * z) - along)
    }
    return least
  }
}
