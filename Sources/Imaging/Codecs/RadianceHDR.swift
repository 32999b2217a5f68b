import Glibc

/// Radiance `.hdr` (RGBE) pictures, after Ward, "Real pixels", Graphics Gems II, 1991: a text header,
/// then scan lines whose four components are run-length coded one after another.
enum RadianceHDR {
  static let signatures: [[UInt8]] = [Array("#?RADIANCE".utf8), Array("#?RGBE".utf8)]

  /// Decodes a whole file. Hostile input is safe: every read is checked.
  static func decode(_ file: [UInt8]) throws(ImagingError) -> RadianceImage {
    var reader = Reader(file: file)
    let (width, height) = try reader.header()
    try ImageFile.checkSize(width: width, height: height)
    // A run-length coded line takes at least two bytes for every 127 pixels of each component.
    guard file.count - reader.at >= height * min(4 * width, 4 + 8 * ((width + 126) / 127)) else {
      throw ImagingError("bad-hdr", "\(width) x \(height) pixels do not fit in \(file.count) bytes")
    }
    var pixels: [SIMD3<Float>] = []
    pixels.reserveCapacity(width * height)
    var line = [UInt8](repeating: 0, count: 4 * width)
    for row in 0..<height {
      try reader.scanLine(&line, width: width, row: row)
      for x in 0..<width {
        let exponent = line[4 * x + 3]
        let scale = exponent == 0 ? 0 : ldexpf(1, Int32(exponent) - 136)
        let mantissa = SIMD3<Float>(
          Float(line[4 * x]), Float(line[4 * x + 1]), Float(line[4 * x + 2]))
        pixels.append((mantissa + (exponent == 0 ? 0 : 0.5)) * scale)
      }
    }
    return RadianceImage(width: width, height: height, pixels: pixels)
  }

  private struct Reader {
    let file: [UInt8]
    var at = 0

    /// Skips the header's variables and reads the resolution line `-Y height +X width`.
    mutating func header() throws(ImagingError) -> (width: Int, height: Int) {
      var first = true
      while true {
        guard let end = file[at...].firstIndex(of: 0x0A), end - at < 4096 else {
          throw ImagingError("bad-hdr", "the header has no end", at: "byte \(at)")
        }
        let text = String(decoding: file[at..<end], as: UTF8.self)
        let words = text.split(separator: " ")
        at = end + 1
        if first { first = false; continue }
        if text.hasPrefix("FORMAT=") && !text.hasPrefix("FORMAT=32-bit_rle_rgbe") {
          throw ImagingError("bad-hdr", "\(text) is not supported; RGBE is")
        }
        guard words.count == 4, words[0].hasSuffix("Y") || words[0].hasSuffix("X") else { continue }
        guard words[0] == "-Y", words[2] == "+X", let height = Int(words[1]),
          let width = Int(words[3]), width > 0, height > 0
        else {
          throw ImagingError("bad-hdr", "the resolution \"\(text)\" is not -Y height +X width")
        }
        return (width, height)
      }
    }

    mutating func byte(_ row: Int) throws(ImagingError) -> UInt8 {
      guard at < file.count else {
        throw ImagingError("bad-hdr", "the file ends in scan line \(row)", at: "byte \(at)")
      }
      at += 1
      return file[at - 1]
    }

    mutating func scanLine(_ line: inout [UInt8], width: Int, row: Int) throws(ImagingError) {
      let coded =
        (8..<32_768).contains(width) && at + 4 <= file.count && file[at] == 2 && file[at + 1] == 2
        && Int(file[at + 2]) << 8 | Int(file[at + 3]) == width
      guard coded else {
        for index in 0..<4 * width { line[index] = try byte(row) }
        return
      }
      at += 4
      for component in 0..<4 {
        var x = 0
        while x < width {
          let code = Int(try byte(row))
          let run = code > 128 ? code - 128 : code
          guard run > 0, x + run <= width else {
            throw ImagingError(
              "bad-hdr", "a run of \(run) leaves scan line \(row)", at: "byte \(at)")
          }
          if code > 128 {
            let value = try byte(row)
            for step in 0..<run { line[4 * (x + step) + component] = value }
          } else {
            for step in 0..<run { line[4 * (x + step) + component] = try byte(row) }
          }
          x += run
        }
      }
    }
  }
}
