package import LinearMath

/// Points in space, evenly spaced along the axes, whose places floats hold exactly, as they hold the
/// places between them: each spacing is a whole number of steps of a power of two.
package struct Lattice: Sendable {
  /// Points along each axis.
  package let counts: SIMD3<Int>
  /// Steps from point to point.
  package let stride: Int
  private let step: Double
  /// The first point, in steps.
  private let origin: SIMD3<Int>

  package var spacing: Double { Double(stride) * step }
  package var pointCount: Int { counts.x * counts.y * counts.z }

  /// The most points that are given memory.
  package static let mostPoints = 2e8

  /// About how many points a lattice about a box has, with its margin.
  package static func pointCount(around box: Box, spacing: Double) -> Double {
    let counts = SIMD3<Double>(box.size) / spacing + 6
    return counts.x * counts.y * counts.z
  }

  /// A lattice about a box with at least one point to spare on each side.
  package init(around box: Box, spacing: Double) {
    var largest: Float = 0
    for axis in 0..<3 {
      largest = max(largest, abs(box.minimum[axis]), abs(box.maximum[axis]))
    }
    // Fine steps, but none that a float of the farthest coordinate does not hold.
    let exponent = largest.isNormal ? Int(largest.exponent) : -126
    let finest = Double(sign: .plus, exponent: exponent - 22, significand: 1)
    let spacing = max(spacing, finest)
    let wanted = Double(sign: .plus, exponent: Int(spacing.exponent) - 10, significand: 1)
    step = max(finest, wanted)
    stride = max(4, Int((spacing / step).rounded()))
    let width = Double(stride) * step
    var first = SIMD3<Int>.zero
    var number = SIMD3<Int>.zero
    for axis in 0..<3 {
      let low = (Double(box.minimum[axis]) / width).rounded(.down) - 2
      let high = (Double(box.maximum[axis]) / width).rounded(.up) + 2
      first[axis] = Int(low) * stride
      number[axis] = Int(high - low) + 1
    }
    (origin, counts) = (first, number)
  }

  @inline(__always)
  package func index(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * counts.y + y) * counts.x + x }

  package func place(_ x: Int, _ y: Int, _ z: Int) -> SIMD3<Double> {
    SIMD3<Double>(origin &+ SIMD3(x, y, z) &* stride) * step
  }

  /// The point at a share of the way from a lattice point along an offset of 0 and 1 an axis; exactly on
  /// that line, strictly between its ends.
  func place(from point: SIMD3<Int>, along offset: SIMD3<Int>, share: Double) -> SIMD3<Float> {
    let least = max(1, stride / 32)
    let steps = min(max(Int((share * Double(stride)).rounded()), least), stride - least)
    return SIMD3<Float>(SIMD3<Double>(origin &+ point &* stride &+ offset &* steps) * step)
  }
}
