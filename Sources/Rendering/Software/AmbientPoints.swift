import LinearMath

/// What light arrives at eight places.
struct AmbientPoints {
  /// The share of irradiance, and the mean light from hidden directions.
  let share, returned: Lanes3
  private var hidden = InlineArray<9, SIMD8<Float>>(repeating: .zero)

  /// Of a place that nothing hides light from.
  static let free = AmbientLight.Entry().packed

  @inline(__always)
  init(_ rows: InlineArray<8, SIMD16<Float>>) {
    @inline(__always)
    func column(_ index: Int) -> SIMD8<Float> {
      SIMD8(
        rows[0][index], rows[1][index], rows[2][index], rows[3][index], rows[4][index],
        rows[5][index], rows[6][index], rows[7][index])
    }
    share = Lanes3(column(0), column(1), column(2))
    returned = Lanes3(column(3), column(4), column(5))
    for index in 0..<9 { hidden[index] = column(6 + index) }
  }

  /// How far directions are hidden, 0...1.
  @inline(__always)
  func hidden(_ d: Lanes3) -> SIMD8<Float> {
    let (xy, yz, xz): (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) = (d.x * d.y, d.y * d.z, d.x * d.z)
    let zz: SIMD8<Float> = d.z * d.z * 3 - 1
    let xx: SIMD8<Float> = d.x * d.x - d.y * d.y
    var sum: SIMD8<Float> = hidden[0] + hidden[1] * d.y
    sum += hidden[2] * d.z
    sum += hidden[3] * d.x
    sum += hidden[4] * xy
    sum += hidden[5] * yz
    sum += hidden[6] * zz
    sum += hidden[7] * xz
    sum += hidden[8] * xx
    return sum.clamped(0, 1)
  }
}
