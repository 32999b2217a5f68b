import LinearMath

/// The place nearest to several planes by least squares, held lightly near a given one: on a plane, on the
/// line where two meet, or in the corner of three.
struct PlaneMeeting {
  private let base: SIMD3<Float>
  private var squares = SIMD3<Double>.zero
  private var products = SIMD3<Double>.zero
  private var right = SIMD3<Double>.zero
  private var count = 0.0

  init(near place: SIMD3<Float>) { base = place }

  mutating func add(_ normal: SIMD3<Float>, through point: SIMD3<Float>) {
    let n = SIMD3<Double>(normal)
    squares += n * n
    products += SIMD3(n.x * n.y, n.y * n.z, n.z * n.x)
    right += n * Double(normal.dot(point - base))
    count += 1
  }

  /// Nil without planes.
  var place: SIMD3<Float>? {
    guard count > 0 else { return nil }
    let diagonal = squares + SIMD3(repeating: 0.001 * count)
    let matrix = Matrix3(
      columns: [diagonal.x, products.x, products.z], [products.x, diagonal.y, products.y],
      [products.z, products.y, diagonal.z])
    // The matrix is symmetric, and the light hold keeps its determinant from zero.
    return base + SIMD3<Float>(matrix.cofactors * right / matrix.determinant)
  }
}
