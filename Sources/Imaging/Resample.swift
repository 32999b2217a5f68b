extension Image {
  /// The picture made smaller by averaging the pixels each new one covers, in linear light. For 8-bit
  /// RGB; sizes are rounded to at least one pixel.
  public func reduced(toWidth newWidth: Int, height newHeight: Int) -> Image {
    precondition(channels == 3 && bitsPerSample == 8, "reducing needs 8-bit RGB")
    let (newWidth, newHeight) = (max(1, newWidth), max(1, newHeight))
    var out = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
    for y in 0..<newHeight {
      let rows = Self.cover(y, of: newHeight, over: height)
      for x in 0..<newWidth {
        let columns = Self.cover(x, of: newWidth, over: width)
        var sum = SIMD3<Float>.zero
        var weight: Float = 0
        for row in rows {
          for column in columns {
            let at = 3 * (row.index * width + column.index)
            let light = SIMD3<Float>(
              SRGB.linearOfCode[Int(bytes[at])], SRGB.linearOfCode[Int(bytes[at + 1])],
              SRGB.linearOfCode[Int(bytes[at + 2])])
            sum += light * (row.share * column.share)
            weight += row.share * column.share
          }
        }
        for channel in 0..<3 {
          out[3 * (y * newWidth + x) + channel] = SRGB.code(sum[channel] / weight)
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: 3, bytes: out)
  }

  /// The old pixels that new pixel `index` covers, with the share of each.
  private static func cover(_ index: Int, of new: Int, over old: Int) -> [(
    index: Int, share: Float
  )] {
    let (low, high) = (
      Double(index * old) / Double(new), Double((index + 1) * old) / Double(new)
    )
    return (Int(low)..<min(old, max(Int(low) + 1, Int(high.rounded(.up))))).map { pixel in
      (pixel, Float(min(high, Double(pixel + 1)) - max(low, Double(pixel))))
    }
  }
}
