import Imaging
import LinearMath

/// Brightness of a view, 0...1 as its sRGB codes, and where the object is; at full or half size.
struct LumaImage: Sendable {
  let width, height: Int
  let values: [Float]
  /// How much of the pixel is object, 0...1.
  let cover: [Float]

  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    var values = [Float](repeating: 0, count: width * height)
    var cover = values
    for pixel in values.indices {
      let (r, g, b) = (
        Float(image.bytes[4 * pixel]), Float(image.bytes[4 * pixel + 1]),
        Float(image.bytes[4 * pixel + 2])
      )
      values[pixel] = (0.299 * r + 0.587 * g + 0.114 * b) / 255
      cover[pixel] = Float(image.bytes[4 * pixel + 3]) / 255
    }
    (self.values, self.cover) = (values, cover)
  }

  private init(width: Int, height: Int, values: [Float], cover: [Float]) {
    (self.width, self.height, self.values, self.cover) = (width, height, values, cover)
  }

  /// Half the size; brightness is that of the object's part of the four pixels.
  var halved: LumaImage {
    let (w, h) = (width / 2, height / 2)
    var small = [Float](repeating: 0, count: w * h)
    var part = small
    for y in 0..<h {
      for x in 0..<w {
        var (sum, weight) = (Float(0), Float(0))
        for at in [0, 1, width, width + 1].map({ 2 * y * width + 2 * x + $0 }) {
          sum += values[at] * cover[at]
          weight += cover[at]
        }
        small[y * w + x] = weight > 0 ? sum / weight : 0
        part[y * w + x] = weight / 4
      }
    }
    return LumaImage(width: w, height: h, values: small, cover: part)
  }
}
