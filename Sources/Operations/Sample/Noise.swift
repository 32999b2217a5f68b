/// Value noise on a lattice, smooth and the same everywhere.
enum Noise {
  /// Octaves of noise, each twice as fine and half as strong; in 0...1 with a mean of one half.
  static func fractal(_ point: SIMD3<Float>, octaves: Int) -> Float {
    var sum: Float = 0
    var weight: Float = 0
    var amplitude: Float = 1
    var place = point
    for _ in 0..<octaves {
      sum += amplitude * value(place)
      weight += amplitude
      amplitude *= 0.5
      place = place * 2 + SIMD3<Float>(17.1, 31.7, 5.3)
    }
    return sum / weight
  }

  private static func value(_ point: SIMD3<Float>) -> Float {
    let cell = point.rounded(.down)
    let f = point - cell
    let s: SIMD3<Float> = f * f * (3 - 2 * f)
    let base = SIMD3<Int32>(Int32(cell.x), Int32(cell.y), Int32(cell.z))
    func corner(_ x: Int32, _ y: Int32, _ z: Int32) -> Float {
      hash(base.x &+ x, base.y &+ y, base.z &+ z)
    }
    func alongX(_ y: Int32, _ z: Int32) -> Float {
      let low = corner(0, y, z)
      return low + (corner(1, y, z) - low) * s.x
    }
    func alongY(_ z: Int32) -> Float {
      let low = alongX(0, z)
      return low + (alongX(1, z) - low) * s.y
    }
    let low = alongY(0)
    return low + (alongY(1) - low) * s.z
  }

  private static func hash(_ x: Int32, _ y: Int32, _ z: Int32) -> Float {
    var bits = UInt32(bitPattern: x) &* 0x8DA6_B343
    bits ^= UInt32(bitPattern: y) &* 0xD816_3841
    bits ^= UInt32(bitPattern: z) &* 0xCB1A_B31F
    bits = (bits ^ (bits >> 13)) &* 0x5BD1_E995
    bits ^= bits >> 15
    return Float(bits >> 8) * 0x1p-24
  }
}
