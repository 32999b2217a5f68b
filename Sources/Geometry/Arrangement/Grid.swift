import LinearMath

/// The places that new points are rounded to: multiples of a power of two that floats hold.
struct Grid {
  let step: Double
  /// What is nearer than this is made one.
  var tolerance: Double { 3 * step }

  /// - Parameter bits: how many steps, as a power of two, to the coordinate farthest from zero.
  init(_ box: Box, bits: Int) {
    var largest: Float = 0
    for axis in 0..<3 {
      largest = max(largest, abs(box.minimum[axis]), abs(box.maximum[axis]))
    }
    let exponent = largest.isNormal ? Int(largest.exponent) : -126
    step = Double(sign: .plus, exponent: exponent + 1 - bits, significand: 1)
  }

  func rounded(_ place: SIMD3<Double>) -> SIMD3<Float> {
    SIMD3<Float>((place / step).rounded(.toNearestOrEven) * step) + 0
  }
}
