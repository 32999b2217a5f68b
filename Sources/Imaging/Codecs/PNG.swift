import CISAL
import CPNG
import Work

/// PNG: read through libpng, written here.
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

  /// Encodes with one filter and ISA-L's deflate, several times as fast as libpng with zlib; the container is
  /// three chunks.
  static func encode(_ image: Image) throws(ImagingError) -> [UInt8] {
    let colors: [UInt8] = [0, 4, 2, 6]
    return try file(
      image, bits: image.bitsPerSample, color: colors[image.channels - 1], rows: filtered(image))
  }

  /// Encodes an 8-bit grey picture with one bit for each pixel: what is at least 128 becomes 255, the rest 0.
  static func encodeBits(_ image: Image) throws(ImagingError) -> [UInt8] {
    precondition(image.channels == 1 && image.bitsPerSample == 8, "bits are made of 8-bit grey")
    let stride = (image.width + 7) / 8
    var rows = [UInt8](repeating: 0, count: (stride + 1) * image.height)
    for y in 0..<image.height {
      let start = y * (stride + 1) + 1
      for x in 0..<image.width where image.bytes[y * image.width + x] >= 128 {
        rows[start + (x >> 3)] |= 0x80 >> UInt8(x & 7)
      }
    }
    return try file(image, bits: 1, color: 0, rows: rows)
  }

  /// The container around filtered rows.
  private static func file(
    _ image: Image, bits: Int, color: UInt8, rows: [UInt8]
  ) throws(ImagingError) -> [UInt8] {
    guard rows.count < 1 << 31 else {
      throw ImagingError(
        "png-encode", "\(image.width) x \(image.height) pixels are too many for a PNG here",
        kind: .unwritableOutput)
    }
    var file = signature
    file += chunk(
      "IHDR",
      bigEndian(UInt32(image.width)) + bigEndian(UInt32(image.height))
        + [UInt8(bits), color, 0, 0, 0])
    let packed = deflated(rows)
    guard !packed.isEmpty else {
      throw ImagingError("png-encode", "there is not enough memory", kind: .unwritableOutput)
    }
    file += chunk("IDAT", packed)
    return file + chunk("IEND", [])
  }

  /// Each row as differences from the pixel to the left, after the number of that filter.
  private static func filtered(_ image: Image) -> [UInt8] {
    let step = image.channels * image.bitsPerSample / 8
    let stride = step * image.width
    // The most significant byte comes first in the file, last in memory.
    let bytes = image.bitsPerSample == 16 ? swapped(image.bytes) : image.bytes
    return unsafe [UInt8](unsafeUninitializedCapacity: (stride + 1) * image.height) { rows, count in
      unsafe bytes.withUnsafeBytes { bytes in
        let target = UnsafeMutableRawPointer(rows.baseAddress!)
        for row in 0..<image.height {
          let from = unsafe bytes.baseAddress! + row * stride
          let to = unsafe target + row * (stride + 1)
          unsafe to.storeBytes(of: 1, as: UInt8.self)
          unsafe (to + 1).copyMemory(from: from, byteCount: step)
          var at = step
          while at + 32 <= stride {
            let here = unsafe (from + at).loadUnaligned(as: SIMD32<UInt8>.self)
            let left = unsafe (from + at - step).loadUnaligned(as: SIMD32<UInt8>.self)
            unsafe (to + 1 + at).storeBytes(of: here &- left, as: SIMD32<UInt8>.self)
            at += 32
          }
          while at < stride {
            let here = unsafe (from + at).load(as: UInt8.self)
            let left = unsafe (from + at - step).load(as: UInt8.self)
            unsafe (to + 1 + at).storeBytes(of: here &- left, as: UInt8.self)
            at += 1
          }
        }
      }
      count = (stride + 1) * image.height
    }
  }

  /// The two bytes of each sample the other way round.
  private static func swapped(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
      unsafe bytes.withUnsafeBytes { input in
        let target = UnsafeMutableRawBufferPointer(output)
        for at in Swift.stride(from: 0, to: bytes.count, by: 2) {
          let sample = unsafe input.loadUnaligned(fromByteOffset: at, as: UInt16.self)
          unsafe target.storeBytes(of: sample.byteSwapped, toByteOffset: at, as: UInt16.self)
        }
      }
      count = bytes.count
    }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    // What does not get smaller grows by a few bytes for every 64 KiB.
    let room = bytes.count + bytes.count / 1000 + 1024
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
      count = unsafe bytes.withUnsafeBufferPointer { input in
        unsafe maquette_deflate(
          input.baseAddress, UInt32(input.count), output.baseAddress, UInt32(room), 1)
      }
    }
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + body
    let sum = unsafe content.withUnsafeBufferPointer {
      unsafe maquette_crc32($0.baseAddress, UInt64($0.count))
    }
    return bigEndian(UInt32(body.count)) + content + bigEndian(sum)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
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
