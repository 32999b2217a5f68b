import CWebP

/// WebP through libwebp; of an animated file nothing is read.
enum WebP {
  /// Decodes a whole file to RGBA. Hostile input is safe.
  static func decode(_ file: [UInt8]) throws(ImagingError) -> Image {
    var (width, height) = (Int32(0), Int32(0))
    guard unsafe WebPGetInfo(file, file.count, &width, &height) != 0 else {
      throw ImagingError("bad-webp", "the WebP header is damaged")
    }
    try ImageFile.checkSize(width: Int(width), height: Int(height))
    let stride = 4 * Int(width)
    var pixels = [UInt8](repeating: 0, count: stride * Int(height))
    let count = pixels.count
    guard unsafe WebPDecodeRGBAInto(file, file.count, &pixels, count, Int32(stride)) != nil else {
      throw ImagingError("bad-webp", "the WebP picture is damaged or animated")
    }
    return Image(width: Int(width), height: Int(height), channels: 4, bytes: pixels)
  }
}
