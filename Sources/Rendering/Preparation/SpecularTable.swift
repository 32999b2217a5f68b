import Glibc
import LinearMath
import Work

/// The second half of split-sum shading: scale and bias of F0 by view cosine and roughness, for GGX with
/// the height-correlated Smith term (Heitz, 2014).
struct SpecularTable: Sendable {
  static let size = 64
  /// Row = roughness, column = view cosine, both at texel centres over 0...1.
  let entries: [SIMD2<Float>]

  init(_ work: WorkContext) throws {
    let size = Self.size
    var entries = [SIMD2<Float>](repeating: .zero, count: size * size)
    try parallelFill(&entries, chunk: size, work) { offset, piece in
      let roughness = (Float(offset / size) + 0.5) / Float(size)
      for column in 0..<piece.count {
        piece[column] = Self.integrate(
          viewCosine: (Float(column) + 0.5) / Float(size), roughness: roughness)
      }
    }
    self.entries = entries
  }

  private static func integrate(viewCosine: Float, roughness: Float) -> SIMD2<Float> {
    let count = 128
    let alpha = max(roughness * roughness, 1e-3)
    let square = alpha * alpha
    let view = SIMD3<Float>((1 - viewCosine * viewCosine).squareRoot(), 0, viewCosine)
    var sum = SIMD2<Float>.zero
    for index in 0..<count {
      let (u, v) = Environment.hammersley(index, count)
      let cosine = ((1 - u) / (1 + (square - 1) * u)).squareRoot()
      let sine = (1 - cosine * cosine).squareRoot()
      let turn = 2 * Float.pi * v
      let half = SIMD3<Float>(sine * cos(turn), sine * sin(turn), cosine)
      let viewHalf = max(view.dot(half), 0)
      let light = half * (2 * viewHalf) - view
      guard light.z > 0, cosine > 0 else { continue }
      let lightTerm = viewCosine * (light.z * light.z * (1 - square) + square).squareRoot()
      let viewTerm = light.z * (viewCosine * viewCosine * (1 - square) + square).squareRoot()
      let visibility = 0.5 / (lightTerm + viewTerm)
      let weight = 4 * visibility * light.z * viewHalf / cosine
      let fresnel = pow(1 - viewHalf, 5)
      sum += SIMD2(weight * (1 - fresnel), weight * fresnel)
    }
    return sum / Float(count)
  }
}
