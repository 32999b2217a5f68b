extension Image {
  /// The picture over an opaque sRGB background, as 8-bit RGB. Mixing is done on the encoded values, as
  /// every training loader does it, so that a composited set equals what a loader makes of the
  /// transparent one.
  public func composited(over background: SIMD3<UInt8>) -> Image { composited { _ in background } }

  /// The picture over an opaque 8-bit RGB one of its size, mixed in the same way.
  public func composited(over picture: Image) -> Image {
    precondition(
      picture.channels == 3 && picture.bitsPerSample == 8 && picture.width == width
        && picture.height == height, "the picture behind must be 8-bit RGB of the same size")
    return composited { pixel in
      SIMD3(
        picture.bytes[3 * pixel], picture.bytes[3 * pixel + 1], picture.bytes[3 * pixel + 2])
    }
  }

  private func composited(over background: (_ pixel: Int) -> SIMD3<UInt8>) -> Image {
    precondition(channels == 4 && bitsPerSample == 8, "compositing needs 8-bit RGBA")
    var out = [UInt8](repeating: 0, count: 3 * width * height)
    for pixel in 0..<width * height {
      let alpha = Int(bytes[4 * pixel + 3])
      let background = background(pixel)
      for channel in 0..<3 {
        let mixed =
          Int(bytes[4 * pixel + channel]) * alpha + Int(background[channel]) * (255 - alpha)
        out[3 * pixel + channel] = UInt8((mixed + 127) / 255)
      }
    }
    return Image(width: width, height: height, channels: 3, bytes: out)
  }

  /// Copies `picture` in with its top left corner at (x, y); what sticks out is left off.
  public mutating func paste(_ picture: Image, x: Int, y: Int) {
    precondition(
      picture.channels == channels && picture.bitsPerSample == 8 && bitsPerSample == 8,
      "pasting needs pictures of one kind")
    for row in 0..<picture.height where (0..<height).contains(y + row) {
      for column in 0..<picture.width where (0..<width).contains(x + column) {
        for channel in 0..<channels {
          bytes[((y + row) * width + x + column) * channels + channel] =
            picture.bytes[(row * picture.width + column) * channels + channel]
        }
      }
    }
  }
}
