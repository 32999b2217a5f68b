/// The first nine real spherical harmonics.
enum SphericalHarmonics {
  static let constants: InlineArray<9, Float> = [
    0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274,
  ]

  /// Values for a unit direction: 1, y, z, x, xy, yz, 3z²-1, xz, x²-y², each times its constant.
  static func basis(_ d: SIMD3<Float>) -> InlineArray<9, Float> {
    var values: InlineArray<9, Float> = [
      1, d.y, d.z, d.x, d.x * d.y, d.y * d.z, 3 * d.z * d.z - 1, d.x * d.z, d.x * d.x - d.y * d.y,
    ]
    for index in 0..<9 { values[index] *= constants[index] }
    return values
  }
}
