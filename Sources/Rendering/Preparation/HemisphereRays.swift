import Glibc
import LinearMath

/// The rays that a vertex sends out: the same directions for all, turned over where they would go inwards, so that
/// neighbours see alike.
struct HemisphereRays: Sendable {
  private let directions: [SIMD3<Float>]
  private let light: CubeMap

  var count: Int { directions.count }

  init(count: Int, _ environment: Environment) {
    directions = (0..<count).map { index in
      let height = 1 - 2 * (Float(index) + 0.5) / Float(count)
      let radius = max(0, 1 - height * height).squareRoot()
      let turn = Float(index) * .pi * (3 - Float(5).squareRoot())
      return SIMD3(radius * cos(turn), height, radius * sin(turn))
    }
    light = environment.coarse
  }

  @inline(__always)
  func direction(_ ray: Int, _ normal: SIMD3<Float>) -> SIMD3<Float> {
    let direction = directions[ray]
    return direction - normal * min(0, 2 * direction.dot(normal))
  }

  /// The share of directions that are hidden, by the cosine.
  func hidden(_ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>) -> Float {
    var (sum, weight) = (Float(0), Float(0))
    for (ray, blocker) in met.enumerated() {
      let cosine = abs(directions[ray].dot(normal))
      if blocker != LightCaster.none { sum += cosine }
      weight += cosine
    }
    return sum / max(weight, 1e-6)
  }

  /// Irradiance over pi.
  @inline(__always)
  func irradiance(
    _ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>, _ lightOf: (UInt32) -> SIMD3<Float>
  ) -> SIMD3<Float> {
    var (sum, weight) = (SIMD3<Float>.zero, Float(0))
    for (ray, blocker) in met.enumerated() {
      let direction = direction(ray, normal)
      let cosine = direction.dot(normal)
      sum += cosine * (blocker == LightCaster.none ? light.sample(direction).xyz : lightOf(blocker))
      weight += cosine
    }
    return sum / max(weight, 1e-6)
  }

  /// - Parameter irradiance: that arrives, over pi.
  func entry(
    _ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>, irradiance: SIMD3<Float>,
    _ lightOf: (UInt32) -> SIMD3<Float>
  ) -> AmbientLight.Entry {
    var entry = AmbientLight.Entry()
    var (open, weight) = (SIMD3<Float>.zero, Float(0))
    var (returned, blocked) = (SIMD3<Float>.zero, Float(0))
    for (ray, blocker) in met.enumerated() {
      let direction = direction(ray, normal)
      let cosine = direction.dot(normal)
      open += cosine * light.sample(direction).xyz
      weight += cosine
      if blocker == LightCaster.none { continue }
      returned += lightOf(blocker)
      blocked += 1
      for way in [direction, direction - normal * (2 * cosine)] {
        let basis = SphericalHarmonics.basis(way)
        for index in 0..<9 { entry.hidden[index] += basis[index] }
      }
    }
    if blocked == 0 { return entry }
    entry.returned = returned / blocked
    // Over the whole sphere; the constants once for the sum and once for where it is read.
    let share = 4 * Float.pi / Float(2 * met.count)
    for index in 0..<9 { entry.hidden[index] *= share * SphericalHarmonics.constants[index] }
    open /= max(weight, 1e-6)
    for channel in 0..<3 {
      entry.share[channel] = min(irradiance[channel] / max(open[channel], 1e-6), 4)
    }
    return entry
  }
}
