/// A triangle by its three points.
extension SIMD3<UInt32> {
  /// The points in rising order: the same for all triangles over the same points.
  var risingPoints: SIMD3<UInt32> {
    let (low, high) = (self.min(), self.max())
    return SIMD3(low, x ^ y ^ z ^ low ^ high, high)
  }

  /// Whether another triangle over the same points runs the same way round.
  func runsLike(_ other: SIMD3<UInt32>) -> Bool {
    other == self || other == SIMD3(y, z, x) || other == SIMD3(z, x, y)
  }
}
