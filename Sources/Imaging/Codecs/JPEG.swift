import CJPEG
import Work

/// JPEG through TurboJPEG.
enum JPEG {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes a whole file to RGB or grey. A file that ends early or holds damaged blocks still gives a
  /// picture, with the library's warning. Hostile input is safe.
  static func decode(_ file: [UInt8]) throws(ImagingError) -> (image: Image, warning: String?) {
    guard let decoder = unsafe Handle(tjInitDecompress()) else {
      throw ImagingError("bad-jpeg", "the JPEG decoder does not start")
    }
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let header = unsafe tjDecompressHeader3(
      decoder.pointer, file, UInt(file.count), &width, &height, &subsampling, &space)
    guard header == 0 else { throw ImagingError("bad-jpeg", decoder.message) }
    try ImageFile.checkSize(width: Int(width), height: Int(height))
    let gray = space == TJCS_GRAY.rawValue
    let channels = gray ? 1 : 3
    let format = gray ? TJPF_GRAY : TJPF_RGB
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
    var warning: String?
    let status = unsafe tjDecompress2(
      decoder.pointer, file, UInt(file.count), &pixels, width, 0, height, Int32(format.rawValue),
      TJFLAG_LIMITSCANS)
    if status != 0 {
      guard unsafe tjGetErrorCode(decoder.pointer) == TJERR_WARNING.rawValue else {
        throw ImagingError("bad-jpeg", decoder.message)
      }
      warning = decoder.message
    }
    return (
      Image(width: Int(width), height: Int(height), channels: channels, bytes: pixels), warning
    )
  }

  /// Encodes 8-bit grey or RGB without chroma subsampling; alpha is left off.
  static func encode(_ image: Image, quality: Int) throws(ImagingError) -> [UInt8] {
    guard let encoder = unsafe Handle(tjInitCompress()) else {
      throw ImagingError("jpeg-encode", "the JPEG encoder does not start", kind: .unwritableOutput)
    }
    let source = image.channels == 2 || image.bitsPerSample != 8 ? image.rgba8() : image
    let formats = [TJPF_GRAY, TJPF_GRAY, TJPF_RGB, TJPF_RGBX]
    let subsampling = source.channels == 1 ? TJSAMP_GRAY : TJSAMP_444
    var buffer: UnsafeMutablePointer<UInt8>?
    var length: UInt = 0
    let status = unsafe tjCompress2(
      encoder.pointer, source.bytes, Int32(source.width), 0, Int32(source.height),
      Int32(formats[source.channels - 1].rawValue), &buffer, &length,
      Int32(subsampling.rawValue), Int32(quality), 0)
    defer { unsafe tjFree(buffer) }
    guard status == 0, let buffer = unsafe buffer else {
      throw ImagingError("jpeg-encode", encoder.message, kind: .unwritableOutput)
    }
    return unsafe Array(UnsafeBufferPointer(start: buffer, count: Int(length)))
  }

  /// One TurboJPEG instance.
  @safe private struct Handle: ~Copyable {
    let pointer: tjhandle

    init?(_ pointer: tjhandle?) {
      guard let pointer = unsafe pointer else { return nil }
      unsafe self.pointer = pointer
    }

    deinit { _ = unsafe tjDestroy(pointer) }

    var message: String { unsafe String(cString: tjGetErrorStr2(pointer)) }
  }
}
