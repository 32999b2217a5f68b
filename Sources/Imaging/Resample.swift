extension Image {
  /// The picture made smaller by averaging the pixels each new one covers, in linear light; colors count by their alpha.
  /// For 8-bit RGB and RGBA; sizes are rounded to at least one pixel.
  ///
  /// - Parameter asColor: false for pictures of other things, such as normals: plain numbers, and alpha as one more.
  public func reduced(
    toWidth newWidth: Int, height newHeight: Int, asColor: Bool = true
  ) -> Image {
    precondition(
      (channels == 3 || channels == 4) && bitsPerSample == 8, "reducing needs 8-bit RGB or RGBA")
    let (newWidth, newHeight) = (max(1, newWidth), max(1, newHeight))
    if !asColor { return averaged(toWidth: newWidth, height: newHeight) }
    var out = [UInt8](repeating: 0, count: channels * newWidth * newHeight)
    for y in 0..<newHeight {
      let rows = Self.cover(y, of: newHeight, over: height)
      for x in 0..<newWidth {
        let columns = Self.cover(x, of: newWidth, over: width)
        var sum = SIMD3<Float>.zero
        var (weight, total) = (Float(0), Float(0))
        for row in rows {
          for column in columns {
            let at = channels * (row.index * width + column.index)
            let light = SIMD3<Float>(
              SRGB.linearOfCode[Int(bytes[at])], SRGB.linearOfCode[Int(bytes[at + 1])],
              SRGB.linearOfCode[Int(bytes[at + 2])])
            let share = row.share * column.share
            let alpha = channels == 4 ? Float(bytes[at + 3]) / 255 : 1
            sum += light * (share * alpha)
            weight += share * alpha
            total += share
          }
        }
        let at = channels * (y * newWidth + x)
        for channel in 0..<3 where weight > 0 {
          out[at + channel] = SRGB.code(sum[channel] / weight)
        }
        if channels == 4 { out[at + 3] = UInt8((255 * weight / total).rounded()) }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, bytes: out)
  }

  private func averaged(toWidth newWidth: Int, height newHeight: Int) -> Image {
    var out = [UInt8](repeating: 0, count: channels * newWidth * newHeight)
    for y in 0..<newHeight {
      let rows = Self.cover(y, of: newHeight, over: height)
      for x in 0..<newWidth {
        var sum = SIMD4<Float>.zero
        var total = Float(0)
        for column in Self.cover(x, of: newWidth, over: width) {
          for row in rows {
            let at = channels * (row.index * width + column.index)
            let share = row.share * column.share
            for channel in 0..<channels { sum[channel] += share * Float(bytes[at + channel]) }
            total += share
          }
        }
        for channel in 0..<channels {
          out[channels * (y * newWidth + x) + channel] = UInt8((sum[channel] / total).rounded())
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, bytes: out)
  }

  /// The picture scaled, sides in proportion, until it covers a size, and cut off on the right or at the
  /// bottom. For 8-bit RGB.
  public func covering(width newWidth: Int, height newHeight: Int) -> Image {
    let scale = max(Double(newWidth) / Double(width), Double(newHeight) / Double(height))
    let keptWidth = min(width, Int((Double(newWidth) / scale).rounded(.up)) + 1)
    let keptHeight = min(height, Int((Double(newHeight) / scale).rounded(.up)) + 1)
    guard keptWidth == width && keptHeight == height else {
      // What is cut off anyway is not scaled: it may be long.
      var kept = Image(
        width: keptWidth, height: keptHeight, channels: 3,
        bytes: [UInt8](repeating: 0, count: 3 * keptWidth * keptHeight))
      kept.paste(self, x: 0, y: 0)
      return kept.scaled(by: scale, width: newWidth, height: newHeight)
    }
    return scaled(by: scale, width: newWidth, height: newHeight)
  }

  /// The top left of the picture made so many times as large.
  private func scaled(by scale: Double, width newWidth: Int, height newHeight: Int) -> Image {
    let scaledWidth = max(newWidth, Int((Double(width) * scale).rounded()))
    let scaledHeight = max(newHeight, Int((Double(height) * scale).rounded()))
    let scaled =
      scale <= 1
      ? reduced(toWidth: scaledWidth, height: scaledHeight)
      : enlarged(toWidth: scaledWidth, height: scaledHeight)
    var cut = Image(
      width: newWidth, height: newHeight, channels: 3,
      bytes: [UInt8](repeating: 0, count: 3 * newWidth * newHeight))
    cut.paste(scaled, x: 0, y: 0)
    return cut
  }

  /// The picture made larger, read between four pixels. For 8-bit RGB and RGBA, channel by channel.
  public func enlarged(toWidth newWidth: Int, height newHeight: Int) -> Image {
    precondition(
      (channels == 3 || channels == 4) && bitsPerSample == 8, "enlarging needs 8-bit RGB or RGBA")
    var out = [UInt8](repeating: 0, count: channels * newWidth * newHeight)
    func place(_ index: Int, _ new: Int, _ old: Int) -> (low: Int, high: Int, share: Float) {
      let at = (Float(index) + 0.5) * Float(old) / Float(new) - 0.5
      let low = Int(at.rounded(.down))
      return (max(low, 0), min(low + 1, old - 1), at - Float(low))
    }
    for y in 0..<newHeight {
      let row = place(y, newHeight, height)
      for x in 0..<newWidth {
        let column = place(x, newWidth, width)
        for channel in 0..<channels {
          func at(_ row: Int, _ column: Int) -> Float {
            Float(bytes[channels * (row * width + column) + channel])
          }
          let above =
            at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share
          let below =
            at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share
          out[channels * (y * newWidth + x) + channel] = UInt8(
            (above + (below - above) * row.share).rounded())
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, bytes: out)
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
