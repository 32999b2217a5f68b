import Imaging
import LinearMath
import Scenes
import Work

/// A picture in halving sizes, in linear light or plain numbers, ready to be read eight places at a time.
struct TexturePyramid: Sendable {
  private let texels: [SIMD4<UInt16>]
  /// How it is read.
  let layout: TextureLayout

  init(_ picture: PreparedScene.Picture, anisotropy: Int) {
    let image = picture.image
    let linear = (0..<256).map { code -> UInt16 in
      let light = picture.isColor ? SRGB.linearOfCode[code] : Float(code) / 255
      return UInt16((light * 65_535).rounded())
    }
    var texels: [SIMD4<UInt16>] = []
    texels.reserveCapacity(image.width * image.height * 4 / 3 + 64)
    for at in stride(from: 0, to: image.bytes.count, by: 4) {
      let alpha = UInt16(image.bytes[at + 3]) * 257
      texels.append(
        SIMD4(
          linear[Int(image.bytes[at])], linear[Int(image.bytes[at + 1])],
          linear[Int(image.bytes[at + 2])], alpha))
    }
    var starts: [Int32] = [0]
    var (width, height) = (image.width, image.height)
    while width > 1 || height > 1 {
      let start = Int(starts.last!)
      starts.append(Int32(texels.count))
      Self.appendHalved(&texels, start, width, height)
      (width, height) = (max(1, width / 2), max(1, height / 2))
    }
    self.texels = texels
    layout = TextureLayout(
      size: SIMD2(Int32(image.width), Int32(image.height)), starts: starts,
      isSmooth: picture.texture.isSmooth, wrapU: picture.texture.wrapU,
      wrapV: picture.texture.wrapV, anisotropy: picture.texture.isSmooth ? anisotropy : 1)
  }

  /// Appends a level half the size; each texel is the mean of what it covers, parts counted as such.
  private static func appendHalved(
    _ texels: inout [SIMD4<UInt16>], _ start: Int, _ width: Int, _ height: Int
  ) {
    let columns = spans(width)
    let rows = spans(height)
    for row in rows {
      for column in columns {
        var sum = SIMD4<Float>.zero
        for (y, down) in row {
          for (x, across) in column {
            sum += SIMD4<Float>(texels[start + y * width + x]) * (across * down)
          }
        }
        // Shares add up to one but for rounding, which must not carry white over the end.
        let rounded = SIMD8(lowHalf: sum + 0.5, highHalf: .zero).clamped(0, 65_535).truncated
        texels.append(SIMD4<UInt16>(truncatingIfNeeded: rounded.lowHalf))
      }
    }
  }

  /// For each texel of the halved row what of the row it covers, and by which share.
  private static func spans(_ count: Int) -> [[(Int, Float)]] {
    if count == 1 { return [[(0, 1)]] }
    let half = count / 2
    return (0..<half).map { index in
      let at = 2 * index
      if count.isMultiple(of: 2) { return [(at, 0.5), (at + 1, 0.5)] }
      let whole = Float(count)
      return [
        (at, Float(half - index) / whole), (at + 1, Float(half) / whole),
        (at + 2, Float(index + 1) / whole),
      ]
    }
  }

  /// The filtered values at eight places, all four channels, 0...1.
  @inline(__always)
  func read(_ footprint: TextureFootprint) -> Lanes4 {
    let scale: Float = 1 / 65_535
    let fine = read(footprint.fine)
    guard footprint.isBetween else { return fine * SIMD8(repeating: scale) }
    let share = footprint.share
    return fine * ((1 - share) * scale) + read(footprint.coarse) * (share * scale)
  }

  /// The values of one level, times 65535.
  @inline(__always)
  private func read(_ level: TextureFootprint.Level) -> Lanes4 {
    guard layout.isSmooth else {
      return Lanes4 { SIMD4<Float>(texels[Int(level.a[$0])]) }
    }
    return Lanes4 { lane in
      let above: SIMD4<Float> =
        SIMD4<Float>(texels[Int(level.a[lane])]) * level.weightA[lane]
        + SIMD4<Float>(texels[Int(level.b[lane])]) * level.weightB[lane]
      let below: SIMD4<Float> =
        SIMD4<Float>(texels[Int(level.c[lane])]) * level.weightC[lane]
        + SIMD4<Float>(texels[Int(level.d[lane])]) * level.weightD[lane]
      return above + below
    }
  }
}
