import Glibc
import LinearMath

/// The rays that vertices send out: of directions spread over the whole sphere, the same for all so that neighbours
/// see alike, those that go outwards.
struct HemisphereRays: Sendable {
  let directions: [SIMD3<Float>]
  /// The light from each.
  private let light: [SIMD3<Float>]

  var count: Int { directions.count }

  init(count: Int, _ environment: Environment) {
    directions = (0..<count).map { index in
      let height = 1 - 2 * (Float(index) + 0.5) / Float(count)
      let radius = max(0, 1 - height * height).squareRoot()
      let turn = Float(index) * .pi * (3 - Float(5).squareRoot())
      return SIMD3(radius * cos(turn), height, radius * sin(turn))
    }
    light = directions.map { environment.coarse.sample($0).xyz }
  }

  /// The share of directions that are hidden, by the cosine.
  func hidden(_ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>) -> Float {
    var (sum, weight) = (Float(0), Float(0))
    for (ray, blocker) in met.enumerated() {
      let cosine = max(0, directions[ray].dot(normal))
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
      let cosine = directions[ray].dot(normal)
      if cosine <= 0 { continue }
      sum += cosine * (blocker == LightCaster.none ? light[ray] : lightOf(blocker))
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
    var (returned, blocked, outwards) = (SIMD3<Float>.zero, Float(0), Float(0))
    for (ray, blocker) in met.enumerated() {
      let direction = directions[ray]
      let cosine = direction.dot(normal)
      if cosine <= 0 { continue }
      open += cosine * light[ray]
      weight += cosine
      outwards += 1
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
    let share = 4 * Float.pi / (2 * outwards)
    for index in 0..<9 { entry.hidden[index] *= share * SphericalHarmonics.constants[index] }
    open /= max(weight, 1e-6)
    for channel in 0..<3 {
      entry.share[channel] = min(irradiance[channel] / max(open[channel], 1e-6), 4)
    }
    return entry
  }
}
