import CWebP
import Work

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

  /// Encodes 8-bit pixels; alpha stays exact.
  ///
  /// - Parameter quality: 1 to 100; nil to keep every pixel as it is, those that alpha hides too: it may be data.
  static func encode(_ image: Image, quality: Int?) throws(ImagingError) -> [UInt8] {
    guard max(image.width, image.height) <= 16_383 else {
      throw ImagingError("webp-encode", "a WebP picture has at most 16383 pixels a side")
    }
    let source = image.rgba8()
    var config = WebPConfig()
    var picture = unsafe WebPPicture()
    var writer = unsafe WebPMemoryWriter()
    guard unsafe WebPConfigInit(&config) != 0, unsafe WebPPictureInit(&picture) != 0 else {
      throw ImagingError("webp-encode", "libwebp is of another version than its headers")
    }
    config.exact = 1
    if let quality {
      config.quality = Float(quality)
    } else {
      _ = unsafe WebPConfigLosslessPreset(&config, 6)
      config.exact = 1
    }
    unsafe (picture.width, picture.height) = (Int32(source.width), Int32(source.height))
    unsafe picture.use_argb = quality == nil ? 1 : 0
    unsafe WebPMemoryWriterInit(&writer)
    defer {
      unsafe WebPPictureFree(&picture)
      unsafe WebPMemoryWriterClear(&writer)
    }
    let isWhole = unsafe withUnsafeMutablePointer(to: &writer) { place in
      unsafe picture.writer = WebPMemoryWrite
      unsafe picture.custom_ptr = UnsafeMutableRawPointer(place)
      return unsafe WebPPictureImportRGBA(&picture, source.bytes, 4 * picture.width) != 0
        && WebPEncode(&config, &picture) != 0
    }
    guard isWhole, let bytes = unsafe writer.mem else {
      throw ImagingError("webp-encode", "the WebP encoder gives up", kind: .unwritableOutput)
    }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: writer.size))
  }
}
