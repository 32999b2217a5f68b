/// A picture: rows from the top, samples interleaved, 8 or 16 bits each (16 in the machine's order).
///
/// Alpha is straight; colour is sRGB unless the one who holds it knows better.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  public let channels: Int
  public let bitsPerSample: Int
  public var bytes: [UInt8]

  public init(width: Int, height: Int, channels: Int, bitsPerSample: Int = 8, bytes: [UInt8]) {
    precondition(
      bytes.count == width * height * channels * bitsPerSample / 8,
      "\(bytes.count) bytes are not \(width) x \(height) x \(channels) samples")
    (self.width, self.height, self.channels) = (width, height, channels)
    (self.bitsPerSample, self.bytes) = (bitsPerSample, bytes)
  }

  /// A picture of one RGBA colour.
  public init(width: Int, height: Int, filledWith color: SIMD4<UInt8>) {
    var bytes = [UInt8](repeating: 0, count: 4 * width * height)
    for pixel in 0..<width * height {
      for channel in 0..<4 { bytes[4 * pixel + channel] = color[channel] }
    }
    self.init(width: width, height: height, channels: 4, bytes: bytes)
  }

  public var hasAlpha: Bool { channels == 2 || channels == 4 }

  /// The same picture as 8-bit RGBA: grey is spread, alpha is opaque where there was none.
  public func rgba8() -> Image {
    if channels == 4 && bitsPerSample == 8 { return self }
    let narrow = bitsPerSample == 8 ? bytes : narrowed()
    var out = [UInt8](repeating: 255, count: 4 * width * height)
    for pixel in 0..<width * height {
      let source = pixel * channels
      let gray = channels < 3
      out[4 * pixel] = narrow[source]
      out[4 * pixel + 1] = narrow[gray ? source : source + 1]
      out[4 * pixel + 2] = narrow[gray ? source : source + 2]
      if hasAlpha { out[4 * pixel + 3] = narrow[source + channels - 1] }
    }
    return Image(width: width, height: height, channels: 4, bytes: out)
  }

  /// The same picture without its alpha.
  public func withoutAlpha() -> Image {
    guard hasAlpha else { return self }
    let (old, kept) = (channels * bitsPerSample / 8, (channels - 1) * bitsPerSample / 8)
    var out: [UInt8] = []
    out.reserveCapacity(width * height * kept)
    for pixel in 0..<width * height { out += bytes[pixel * old..<pixel * old + kept] }
    return Image(
      width: width, height: height, channels: channels - 1, bitsPerSample: bitsPerSample, bytes: out
    )
  }

  /// 16-bit samples rounded to 8 bits.
  private func narrowed() -> [UInt8] {
    (0..<bytes.count / 2).map { index in
      let wide = Int(bytes[2 * index]) | Int(bytes[2 * index + 1]) << 8
      return UInt8((wide * 255 + 32_767) / 65_535)
    }
  }
}

/// A picture of linear light without a limit, rows from the top.
public struct RadianceImage: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public var pixels: [SIMD3<Float>]

  public init(width: Int, height: Int, pixels: [SIMD3<Float>]) {
    precondition(pixels.count == width * height, "the pixels do not fill the picture")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// The mean light of whole blocks of pixels, so many blocks that it is no wider than this; all light is kept.
  public func averaged(toWidth limit: Int) -> RadianceImage {
    let factor = (width + limit - 1) / max(1, limit)
    guard factor > 1 else { return self }
    let (columns, rows) = (max(1, width / factor), max(1, height / factor))
    var means: [SIMD3<Float>] = []
    means.reserveCapacity(columns * rows)
    for row in 0..<rows {
      let lines = row * height / rows..<(row + 1) * height / rows
      for column in 0..<columns {
        let places = column * width / columns..<(column + 1) * width / columns
        var sum = SIMD3<Float>.zero
        for line in lines { for place in places { sum += pixels[line * width + place] } }
        means.append(sum / Float(lines.count * places.count))
      }
    }
    return RadianceImage(width: columns, height: rows, pixels: means)
  }
}
