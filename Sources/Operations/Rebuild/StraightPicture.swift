import Imaging
import Views

extension Image {
  /// The picture that a pinhole of the same focal length would have taken (RGBA, 8 bits, straight alpha); what the lens
  /// did not show is transparent.
  func straightened(_ lens: Intrinsics, _ distortion: Distortion) -> Image {
    var straight = self
    for y in 0..<height {
      for x in 0..<width {
        let slope = SIMD2(
          (Double(x) + 0.5 - lens.centerX) / lens.focalX,
          (Double(y) + 0.5 - lens.centerY) / lens.focalY)
        let bent = distortion.bent(slope)
        let pixel = sampled(
          bent.x * lens.focalX + lens.centerX - 0.5, bent.y * lens.focalY + lens.centerY - 0.5)
        for channel in 0..<4 { straight.bytes[4 * (y * width + x) + channel] = pixel[channel] }
      }
    }
    return straight
  }

  /// Between pixel centres, colors weighted by alpha; pixel centres are whole numbers here.
  private func sampled(_ x: Double, _ y: Double) -> SIMD4<UInt8> {
    guard x > -0.5, y > -0.5, x < Double(width) - 0.5, y < Double(height) - 0.5 else {
      return .zero
    }
    let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
    var sum = SIMD4<Double>.zero
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
      let column = min(max(left + dx, 0), width - 1)
      let row = min(max(top + dy, 0), height - 1)
      let at = 4 * (row * width + column)
      let alpha = Double(bytes[at + 3])
      let color = SIMD3(Double(bytes[at]), Double(bytes[at + 1]), Double(bytes[at + 2]))
      let share = (1 - abs(x - Double(left + dx))) * (1 - abs(y - Double(top + dy)))
      sum += SIMD4(color * alpha, alpha) * share
    }
    guard sum.w > 0 else { return .zero }
    let color = (sum / sum.w).clamped(lowerBound: .zero, upperBound: .init(repeating: 255))
    return SIMD4(
      UInt8(color.x.rounded()), UInt8(color.y.rounded()), UInt8(color.z.rounded()),
      UInt8(min(sum.w, 255).rounded()))
  }
}
