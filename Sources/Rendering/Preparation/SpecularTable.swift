import Glibc
import LinearMath
import Work

/// The second half of split-sum shading, by view cosine and roughness: scale and bias of F0 for GGX with the
/// height-correlated Smith term (Heitz, 2014), and the share of light that sheen sends back (Estevez and Kulla,
/// "Production friendly microfacet sheen BRDF", 2017, with the visibility that glTF gives).
struct SpecularTable: Sendable {
  static let size = 64
  /// Row = roughness, column = view cosine, both at texel centres over 0...1.
  let entries: [SIMD4<Float>]

  init(_ work: WorkContext) throws {
    let size = Self.size
    var entries = [SIMD4<Float>](repeating: .zero, count: size * size)
    try parallelFill(&entries, chunk: size, work) { offset, piece in
      let roughness = (Float(offset / size) + 0.5) / Float(size)
      for column in 0..<piece.count {
        let cosine = (Float(column) + 0.5) / Float(size)
        let specular = Self.integrate(viewCosine: cosine, roughness: roughness)
        piece[column] = SIMD4(
          specular.x, specular.y, Self.sheen(viewCosine: cosine, roughness: roughness), 0)
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

  /// The share of light from everywhere that sheen of color 1 sends towards the eye.
  private static func sheen(viewCosine: Float, roughness: Float) -> Float {
    let count = 256
    let power = 1 / max(roughness * roughness, 1e-3)
    let view = SIMD3<Float>((1 - viewCosine * viewCosine).squareRoot(), 0, viewCosine)
    var sum: Float = 0
    for index in 0..<count {
      // Evenly over the half sphere.
      let (cosine, v) = Environment.hammersley(index, count)
      let sine = (1 - cosine * cosine).squareRoot()
      let turn = 2 * Float.pi * v
      let light = SIMD3<Float>(sine * cos(turn), sine * sin(turn), cosine)
      let half = (light + view).normalized
      let halfSine = max(0, 1 - half.z * half.z).squareRoot()
      let density = (2 + power) * pow(halfSine, power) / (2 * .pi)
      let visibility = 1 / (4 * max(1e-4, cosine + viewCosine - cosine * viewCosine))
      sum += density * visibility * cosine
    }
    return min(1, sum * 2 * .pi / Float(count))
  }
}
