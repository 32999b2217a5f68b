import Imaging

extension Image {
  /// The picture (RGBA, 8 bits) with a see-through object taken for a solid one: alpha is scaled so that what it usually is
  /// within the object becomes all. As it was where the object is opaque.
  var withSolidAlpha: Image {
    var counts = [Int](repeating: 0, count: 256)
    for pixel in 0..<width * height { counts[Int(bytes[4 * pixel + 3])] += 1 }
    // Less is an edge, or nothing.
    let least = 9
    let object = counts[least...].reduce(0, +)
    var (usual, below) = (least, counts[least])
    while usual < 255 && 2 * below < object {
      usual += 1
      below += counts[usual]
    }
    guard object > 0, usual < 250 else { return self }
    var solid = self
    for pixel in 0..<width * height {
      let alpha = Int(bytes[4 * pixel + 3]) * 255 / usual
      solid.bytes[4 * pixel + 3] = UInt8(min(alpha, 255))
    }
    return solid
  }
}
