import CPNG
import Work

/// PNG through libpng.
enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Decodes a whole file. Hostile input is safe: the header is checked against `ImageFile.pixelLimit`
  /// before memory is taken, and libpng's errors come back as text.
  static func decode(_ file: [UInt8]) throws(ImagingError) -> Image {
    var header = Header()
    if let text = unsafe read(file, &header, into: nil) { throw ImagingError("bad-png", text) }
    try ImageFile.checkSize(width: Int(header.width), height: Int(header.height))
    let stride = Int(header.width) * Int(header.channels) * Int(header.bits) / 8
    var pixels = [UInt8](repeating: 0, count: stride * Int(header.height))
    let failure = unsafe pixels.withUnsafeMutableBufferPointer {
      unsafe read(file, &header, into: $0)
    }
    if let failure { throw ImagingError("bad-png", failure) }
    return Image(
      width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
      bitsPerSample: Int(header.bits), bytes: pixels)
  }

  /// Encodes at level 1 with one filter: the fast setting for rendered pictures.
  static func encode(_ image: Image) throws(ImagingError) -> [UInt8] {
    var state = unsafe maquette_png()
    let done = unsafe image.bytes.withUnsafeBufferPointer { pixels in
      unsafe maquette_png_encode(
        &state, UInt32(image.width), UInt32(image.height), Int32(image.channels),
        Int32(image.bitsPerSample), pixels.baseAddress)
    }
    guard done == 1 else {
      throw ImagingError("png-encode", unsafe text(of: state), kind: .unwritableOutput)
    }
    defer { unsafe free(state.output) }
    return unsafe Array(UnsafeBufferPointer(start: state.output, count: state.outputLength))
  }

  private struct Header {
    var width: UInt32 = 0
    var height: UInt32 = 0
    var channels: Int32 = 0
    var bits: Int32 = 0
  }

  /// Reads the header, and the pixels where there is a place for them; the library's words on failure.
  private static func read(
    _ file: [UInt8], _ header: inout Header, into pixels: UnsafeMutableBufferPointer<UInt8>?
  ) -> String? {
    unsafe file.withUnsafeBufferPointer { bytes in
      var state = unsafe maquette_png()
      unsafe state.input = bytes.baseAddress
      unsafe state.inputLength = bytes.count
      let done = unsafe maquette_png_decode(
        &state, &header.width, &header.height, &header.channels, &header.bits,
        pixels?.baseAddress, pixels?.count ?? 0)
      return unsafe done == 1 ? nil : text(of: state)
    }
  }

  private static func text(of state: maquette_png) -> String {
    unsafe withUnsafeBytes(of: state.message) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
