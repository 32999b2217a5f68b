import Imaging
import LinearMath

extension Image {
  /// What the alpha of an 8-bit RGBA picture shows, in the middle of a picture of another size on middle gray, its longer
  /// side 85 % of the shorter one there: how networks for single objects were shown theirs. Straight alpha stays.
  func framed(width newWidth: Int, height newHeight: Int) -> Image {
    var (low, high) = (SIMD2(width, height), SIMD2(0, 0))
    for y in 0..<height {
      for x in 0..<width where bytes[4 * (y * width + x) + 3] > 8 {
        low = SIMD2(min(low.x, x), min(low.y, y))
        high = SIMD2(max(high.x, x + 1), max(high.y, y + 1))
      }
    }
    if high.x <= low.x { (low, high) = ([0, 0], [width, height]) }
    let size = SIMD2<Float>(high &- low)
    // Pixels of this picture a pixel of the new one.
    let step = size.max() / (0.85 * Float(min(newWidth, newHeight)))
    let middle = SIMD2<Float>(low &+ high) / 2
    let half = SIMD2(Float(newWidth), Float(newHeight)) / 2
    // Enough samples to meet every pixel.
    let samples = max(2, Int(step.rounded(.up)))
    var framed = Image(width: newWidth, height: newHeight, filledWith: .zero)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        var (sum, alpha) = (SIMD3<Float>.zero, Float(0))
        for sample in 0..<samples * samples {
          let part =
            (SIMD2(Float(sample % samples), Float(sample / samples)) + 0.5) / Float(samples)
          let place = (SIMD2(Float(x), Float(y)) + part - half) * step + middle
          let (column, row) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
          guard column >= 0, row >= 0, column < width, row < height else { continue }
          let at = 4 * (row * width + column)
          let cover = Float(bytes[at + 3]) / 255
          sum += SIMD3(Float(bytes[at]), Float(bytes[at + 1]), Float(bytes[at + 2])) * cover
          alpha += cover
        }
        let all = Float(samples * samples)
        let color = (sum + 127.5 * (all - alpha)) / all
        let at = 4 * (y * newWidth + x)
        for channel in 0..<3 {
          framed.bytes[at + channel] = UInt8(min(color[channel], 255).rounded())
        }
        framed.bytes[at + 3] = UInt8(min(alpha / all * 255, 255).rounded())
      }
    }
    return framed
  }
}
