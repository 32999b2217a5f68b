import LinearMath

/// The order of boxes along a space-filling curve (Morton, "A computer oriented geodetic data base", 1966):
/// what is near in it is near in space.
enum MortonOrder {
  /// Indices of the triangles by the Morton code of their centres, ten bits an axis. A stable radix sort.
  static func indices(
    _ positions: [SIMD3<Float>], _ triangles: [SIMD3<UInt32>], in box: Box
  ) -> [UInt32] {
    let points = positions.span
    let origin = box.minimum * 3
    let size = box.size
    let longest = max(size.x, size.y, size.z)
    let scale = longest > 0 ? 1023 / (3 * longest) : 0
    var keyed = [SIMD2<UInt32>](repeating: .zero, count: triangles.count)
    for (index, triangle) in triangles.enumerated() {
      let a = points[Int(triangle.x)]
      let b = points[Int(triangle.y)]
      let c = points[Int(triangle.z)]
      let place: SIMD3<Float> = (a + b + c - origin) * scale
      let code = spread(place.x) << 2 | spread(place.y) << 1 | spread(place.z)
      keyed[index] = SIMD2(code, UInt32(truncatingIfNeeded: index))
    }
    var other = keyed
    for shift in [0, 10, 20] as [UInt32] { pass(&keyed, &other, shift) }
    return keyed.map { $0.y }
  }

  /// One pass of the sort by ten bits; leaves the result in `keyed`.
  private static func pass(
    _ keyed: inout [SIMD2<UInt32>], _ other: inout [SIMD2<UInt32>], _ shift: UInt32
  ) {
    var places = [Int](repeating: 0, count: 1024)
    for entry in keyed { places[Int(entry.x >> shift & 1023)] += 1 }
    var sum = 0
    for digit in places.indices { (places[digit], sum) = (sum, sum + places[digit]) }
    for entry in keyed {
      let digit = Int(entry.x >> shift & 1023)
      other[places[digit]] = entry
      places[digit] += 1
    }
    swap(&keyed, &other)
  }

  /// The whole part of a number from 0 to 1023 with two zero bits between its bits. What is not a number,
  /// because coordinates are too large to add up, counts as 0.
  private static func spread(_ value: Float) -> UInt32 {
    var bits = value > 0 ? UInt32(min(value, 1023)) : 0
    bits = (bits | bits << 16) & 0x0300_00FF
    bits = (bits | bits << 8) & 0x0300_F00F
    bits = (bits | bits << 4) & 0x030C_30C3
    return (bits | bits << 2) & 0x0924_9249
  }
}
