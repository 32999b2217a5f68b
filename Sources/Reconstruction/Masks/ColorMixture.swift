import Glibc
import LinearMath
import Work

/// How often colors are found in a part of pictures: a mixture of Gaussians over sRGB codes of 0...1, by expectation
/// maximisation (Rother, Kolmogorov, Blake, "GrabCut", 2004).
struct ColorMixture: Sendable {
  private struct Part: Sendable {
    var mean: SIMD3<Float>
    /// Rows of the upper triangle of the inverse covariance: xx, yy, zz and xy, xz, yz.
    var own, cross: SIMD3<Float>
    /// Logarithm of its weight over the root of its covariance's determinant.
    var scale: Float

    @inline(__always)
    func logarithm(_ color: SIMD3<Float>) -> Float {
      let d = color - mean
      let pairs = SIMD3(d.x * d.y, d.x * d.z, d.y * d.z)
      return scale - 0.5 * (d * d * own).sum() - (pairs * cross).sum()
    }
  }

  private var parts: [Part] = []

  /// - Parameters:
  ///   - colors: samples; at least one.
  ///   - count: how many Gaussians.
  init(_ colors: [SIMD3<Float>], count: Int, seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    // Far apart to begin with (Arthur and Vassilvitskii, "k-means++", 2007).
    var means = [colors[Int(dice.unit() * Double(colors.count - 1))]]
    var squares = colors.map { ($0 - means[0]).lengthSquared }
    while means.count < count {
      var aim = Float(dice.unit()) * squares.reduce(0, +)
      let next = squares.firstIndex {
        aim -= $0
        return aim <= 0
      }
      means.append(colors[next ?? 0])
      for index in colors.indices {
        squares[index] = min(squares[index], (colors[index] - means.last!).lengthSquared)
      }
    }
    parts = means.map { Part(mean: $0, own: .init(repeating: 100), cross: .zero, scale: 0) }
    for _ in 0..<10 { improve(colors) }
  }

  /// Six Gaussians of some of these colors, evenly chosen.
  init(someOf colors: [SIMD3<Float>], seed: UInt64) {
    let every = max(1, colors.count / 20_000)
    self.init(
      stride(from: 0, to: colors.count, by: every).map { colors[$0] }, count: 6, seed: seed)
  }

  /// Logarithm of the density of a color.
  @inline(__always)
  func logarithm(_ color: SIMD3<Float>) -> Float {
    var greatest = -Float.infinity
    for part in parts { greatest = max(greatest, part.logarithm(color)) }
    return greatest
  }

  /// Each sample to the Gaussian that explains it best, and each Gaussian from its samples.
  private mutating func improve(_ colors: [SIMD3<Float>]) {
    // Their difference is what counts, so that they are summed in double precision.
    var sums = [(count: Double, sum: SIMD3<Double>, own: SIMD3<Double>, cross: SIMD3<Double>)](
      repeating: (0, .zero, .zero, .zero), count: parts.count)
    for color in colors {
      var (best, value) = (0, -Float.infinity)
      for (index, part) in parts.enumerated() {
        let now = part.logarithm(color)
        if now > value { (best, value) = (index, now) }
      }
      sums[best].count += 1
      let wide = SIMD3<Double>(color)
      sums[best].sum += wide
      sums[best].own += wide * wide
      sums[best].cross += SIMD3(wide.x * wide.y, wide.x * wide.z, wide.y * wide.z)
    }
    for (index, sum) in sums.enumerated() {
      guard sum.count >= 8 else {
        parts[index].scale = -.infinity
        continue
      }
      let mean = sum.sum / sum.count
      // What 8-bit codes and noise leave open.
      let own = sum.own / sum.count - mean * mean + 1e-4
      let cross =
        sum.cross / sum.count - SIMD3(mean.x * mean.y, mean.x * mean.z, mean.y * mean.z)
      let a = SIMD3(own.x, cross.x, cross.y)
      let b = SIMD3(cross.x, own.y, cross.z)
      let c = SIMD3(cross.y, cross.z, own.z)
      let (bc, ca, ab) = (b.cross(c), c.cross(a), a.cross(b))
      let determinant = max(a.dot(bc), 1e-13)
      parts[index] = Part(
        mean: SIMD3<Float>(mean), own: SIMD3<Float>(SIMD3(bc.x, ca.y, ab.z) / determinant),
        cross: SIMD3<Float>(SIMD3(bc.y, bc.z, ca.z) / determinant),
        scale: Float(log(sum.count / Double(colors.count)) - 0.5 * log(determinant)))
    }
  }
}
