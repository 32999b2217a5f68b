import Glibc

/// Where in a pixel color is taken: at the centre first, since depth, normal and mask come from there, and
/// about it so that the mean place is the centre.
struct SamplePattern: Sendable {
  /// From the pixel's centre, in pixels, on the grid that corners are rounded to.
  let offsets: [SIMD2<Float>]
  /// How far a sample is from the centre at most, along x or y.
  let reach: Float

  init(count: Int) {
    var offsets = [SIMD2<Double>](repeating: .zero, count: count)
    // Four: three at equal angles, turned so that no two share a row or a column. More: a sunflower.
    let isSmall = count <= 4
    for index in 1..<max(count, 1) {
      let angle =
        isSmall
        ? Double.pi / 12 + 2 * Double.pi * Double(index) / Double(count - 1)
        : Double.pi * (3 - 5.0.squareRoot()) * Double(index)
      let radius = isSmall ? 0.42 : 0.55 * (Double(index) / Double(count - 1)).squareRoot()
      offsets[index] = SIMD2(cos(angle), sin(angle)) * radius
    }
    let mean = offsets.reduce(.zero, +) / Double(max(1, count - 1))
    self.offsets = offsets.enumerated().map { index, offset in
      let centered = index == 0 ? .zero : offset - mean
      // Inside the pixel: what a triangle's box does not reach is not looked at.
      let steps = (centered * 256).rounded(.toNearestOrEven)
      return SIMD2<Float>(
        steps.clamped(lowerBound: SIMD2(-127, -127), upperBound: SIMD2(127, 127)) / 256)
    }
    reach = self.offsets.reduce(0) { max($0, abs($1.x), abs($1.y)) }
  }

  var count: Int { offsets.count }
}
